// Puts the main part of the next page in the place of this one's: no reload, the address kept, the focus where reading begins.
// Without this script the same links and forms load whole pages.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  let under_way = null;

  const show = (html, address, push) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const next = fresh.getElementById("main");
    if (!next) { location.assign(address); return; }
    if (window.Bokeh) for (const held of [...Bokeh.documents]) held.clear();
    if (push) history.pushState({ swap: true }, "", address);
    document.title = fresh.title;
    main().replaceChildren(...next.childNodes);
    const language = document.querySelector('header input[name="back"]');
    if (language) language.value = location.pathname + location.search;
    document.dispatchEvent(new Event("swapped"));
    const wrong = document.querySelector("[aria-invalid]") ?? document.querySelector('[role="alert"]');
    if (wrong) {
      if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
      wrong.focus();
      wrong.scrollIntoView({ block: "center" });
    } else {
      (document.getElementById("answer") ?? main()).focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  };

  const go = async (address, options = {}, push = true) => {
    under_way?.abort();
    under_way = new AbortController();
    document.documentElement.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { ...options, headers: { Accept: "text/html" }, signal: under_way.signal });
      const html = await answer.text();
      const landed = new URL(answer.url);
      if (landed.pathname.startsWith("/login")) { location.assign(answer.url); return; }
      // A form that was refused is answered in place: the address stays the case's own.
      const isForm = options.method === "POST";
      show(html, isForm && !answer.redirected ? location.href : answer.url, push && !(isForm && !answer.redirected));
    } catch (error) {
      if (error.name !== "AbortError") location.assign(options.method === "POST" ? location.href : address);
    } finally {
      document.documentElement.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    if (form.method === "get") {
      const address = new URL(form.action);
      for (const [name, value] of data) if (value) address.searchParams.append(name, value);
      go(address.href);
    } else {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      go(form.action, { method: "POST", body: new URLSearchParams(data) });
    }
  });
  addEventListener("popstate", () => go(location.href, {}, false));
})();
