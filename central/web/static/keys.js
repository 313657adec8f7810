// Keys of the pages of cases: j and k or arrows go from case to case, Enter opens, x chooses, a letter opens an act's form, ? shows them all.
// Single keys can be switched off (WCAG 2.2, 2.1.4); what is typed into a field is never taken for one.
"use strict";
(() => {
  const OFF = "weighline-keys-off";
  const dialog = () => document.getElementById("keys");
  const rows = () => [...document.querySelectorAll("#cases tr[data-case] a")];
  const writing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");

  const step = (by) => {
    const links = rows();
    if (links.length) {
      const at = links.indexOf(document.activeElement);
      links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)].focus();
      return true;
    }
    const link = document.querySelector(by > 0 ? '.steps-nav a[rel="next"]' : '.steps-nav a[rel="prev"]');
    link?.click();
    return Boolean(link);
  };
  const choose = () => {
    const box = document.activeElement.closest("#cases tr[data-case]")?.querySelector(".pick input");
    box?.click();
    return Boolean(box);
  };
  const open = (key) => {
    const act = [...document.querySelectorAll("details.act")].find((one) => one.dataset.key === key);
    if (!act) return false;
    act.open = true;
    (act.querySelector("textarea, select, input:not([type=hidden])") ?? act.querySelector("button")).focus();
    act.scrollIntoView({ block: "nearest" });
    return true;
  };
  const take = (key) => {
    switch (key) {
      case "j": case "ArrowDown": return step(1);
      case "k": case "ArrowUp": return step(-1);
      case "x": return choose();
      case "u": { const up = document.querySelector("a[data-up]"); up?.click(); return Boolean(up); }
      case "z": { const picture = document.querySelector(".zoom"); picture?.focus(); return Boolean(picture); }
      default: return open(key);
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog()?.open) return;
    if (event.key === "Escape") {
      const act = event.target.closest("details.act");
      if (act) { act.open = false; act.querySelector("summary").focus(); }
      return;
    }
    if (writing(event.target)) return;
    if (event.key === "?") { dialog()?.showModal(); event.preventDefault(); return; }
    if (localStorage.getItem(OFF) === "yes") return;
    const arrow = event.key.startsWith("Arrow");
    // Arrows scroll a page and move in pictures and charts; only in a list do they go from case to case.
    if (arrow && (!rows().length || !document.activeElement.closest("#cases, body > main, body"))) return;
    if (arrow && document.activeElement.closest(".zoom, .chart, #waveform")) return;
    if (take(event.key)) event.preventDefault();
  });

  const begin = () => {
    for (const button of document.querySelectorAll("[data-keys]")) {
      button.hidden = false;
      button.addEventListener("click", () => dialog()?.showModal());
    }
    const off = document.getElementById("keys-off");
    if (!off) return;
    off.checked = localStorage.getItem(OFF) === "yes";
    off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "yes" : "no"));
  };
  document.addEventListener("swapped", begin);
  begin();
})();
