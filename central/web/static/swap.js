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
    const wrong = document.querySelector("[aria-invalid]") ?? document.querySelector('[role="alert"]:not([hidden])');
    if (wrong) {
      if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
      wrong.focus();
      wrong.scrollIntoView({ block: "center" });
    } else {
      (document.getElementById("answer") ?? main()).focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  };

  // What was written stays on the page until it has arrived: a form that reached nobody says so and can be sent again.
  const unsent = (form, status, told) => {
    const notice = document.getElementById("unsent");
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    notice.firstElementChild.textContent = status === 401 ? notice.dataset.login : told || notice.dataset.away;
    notice.querySelector("a").hidden = status !== 401;
    notice.hidden = false;
    notice.focus();
  };
  const told = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("#main .door p")?.textContent;
  // Whoever logged in again in another window has a new token; the open form is given it.
  const renewTokens = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('#main input[name="csrf_token"]')?.value;
    if (token) for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = token;
    return Boolean(token);
  };
  const isOfCases = (html) => /id="(case|cases|none)"/.test(html);
  const post = (form, submitter) => fetch(form.action, { method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams(new FormData(form, submitter)) });
  const send = async (form, submitter) => {
    under_way?.abort();
    document.documentElement.setAttribute("aria-busy", "true");
    try {
      let answer = await post(form, submitter);
      if (answer.status === 403 && !isOfCases(await answer.clone().text()) && (await renewTokens())) answer = await post(form, submitter);
      const html = await answer.text();
      if (new URL(answer.url).pathname.startsWith("/login")) { unsent(form, 401); return; }
      if (!answer.ok && !isOfCases(html)) { unsent(form, answer.status, answer.status < 500 && told(html)); return; }
      if (answer.redirected) document.dispatchEvent(new CustomEvent("sent", { detail: form }));
      // A form that was refused is answered in place: the address stays the case's own.
      show(html, answer.redirected ? answer.url : location.href, answer.redirected);
    } catch {
      unsent(form, 0);
    } finally {
      document.documentElement.removeAttribute("aria-busy");
    }
  };

  const go = async (address, push = true) => {
    under_way?.abort();
    under_way = new AbortController();
    document.documentElement.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: under_way.signal });
      const html = await answer.text();
      const landed = new URL(answer.url);
      if (landed.pathname.startsWith("/login")) { location.assign(answer.url); return; }
      show(html, answer.url, push);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
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
    if (form.method === "get") {
      const address = new URL(form.action);
      for (const [name, value] of new FormData(form, event.submitter)) if (value) address.searchParams.append(name, value);
      go(address.href);
    } else {
      send(form, event.submitter);
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    }
  });
  addEventListener("popstate", () => go(location.href, false));
})();
