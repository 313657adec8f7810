// Passes as they arrive: the part that changes is fetched anew, never while somebody is choosing or typing in it.
"use strict";
(() => {
  const EVERY_MS = 1_000;
  const button = document.getElementById("news");
  const broken = document.getElementById("broken");
  let failures = 0, held = null, asking = false;

  const place = () => document.getElementById("live");
  const busy = () => {
    const live = place();
    const active = document.activeElement;
    const typing = live.contains(active) && active.matches("input, select, textarea");
    return typing || [...live.querySelectorAll("details[open] input[name='reason']")].some((field) => field.value !== field.defaultValue);
  };
  const show = (text) => {
    const live = place();
    const known = new Set([...live.querySelectorAll("[data-key]")].map((item) => item.dataset.key));
    const open = [...live.querySelectorAll("details")].map((item) => item.open);
    const template = document.createElement("template");
    template.innerHTML = text.trim();
    const fresh = template.content.firstElementChild;
    for (const item of fresh.querySelectorAll("[data-key]")) if (!known.has(item.dataset.key)) item.classList.add("fresh");
    if (fresh.querySelectorAll("details").length === open.length) fresh.querySelectorAll("details").forEach((item, index) => { item.open = open[index]; });
    live.replaceWith(fresh);
    held = null;
    button.hidden = true;
  };
  const ask = async () => {
    if (asking || document.hidden) return;
    asking = true;
    try {
      const live = place();
      const answer = await fetch(`${live.dataset.url}?known=${encodeURIComponent(live.dataset.version)}`, { headers: { Accept: "text/html" } });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) throw new Error(answer.statusText);
      failures = 0;
      if (answer.status === 200) {
        held = await answer.text();
        if (busy()) button.hidden = false;
        else show(held);
      }
    } catch {
      failures += 1;
    } finally {
      asking = false;
      broken.hidden = failures < 2;
    }
  };
  button.addEventListener("click", () => { if (held) show(held); });
  document.addEventListener("visibilitychange", ask);
  addEventListener("online", ask);
  setInterval(ask, EVERY_MS);
})();
