// Keeps an open list or case true to what others do, and moves nothing: rows change in place, a case says that someone has acted.
"use strict";
(() => {
  const PAUSE_MS = 4000;
  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  };
  const ask = async (address) => {
    const answer = await fetch(address, { headers: { Accept: "application/json", "X-Weighline-Background": "yes" } });
    // A session that has ended answers with the login page.
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    return answer.json();
  };

  const list = async (body) => {
    const news = await ask(body.dataset.news);
    if (!body.isConnected) return;
    const here = new Map(news.rows.map((row) => [String(row.id), parse(row.html)]));
    for (const row of body.querySelectorAll("tr[data-case]")) {
      const now = here.get(row.dataset.case);
      here.delete(row.dataset.case);
      if (!now) {
        // It stays where it is, so that nothing slides under the pointer; whoever opens it sees how it stands.
        if (!row.classList.contains("gone")) { row.classList.add("gone"); row.title = body.dataset.gone; }
      } else if (now.dataset.version !== row.dataset.version && !row.contains(document.activeElement)) {
        row.replaceWith(now);
      }
    }
    const button = document.getElementById("news");
    button.hidden = here.size === 0;
    button.textContent = button.dataset.text.replace("#", here.size);
  };
  const one = async (place) => {
    const now = await ask(place.dataset.watch);
    if (!place.isConnected || String(now.version) === place.dataset.version) return;
    const notice = document.getElementById("changed");
    notice.querySelector("span").textContent = now.told.trim();
    notice.hidden = false;
  };
  const tell = (isBroken) => {
    const broken = document.getElementById("broken");
    if (broken) broken.hidden = !isBroken;
  };
  const look = () => {
    const body = document.getElementById("cases"), place = document.getElementById("case");
    const asked = document.hidden ? Promise.resolve() : body ? list(body) : place ? one(place) : Promise.resolve();
    asked.then(() => tell(false), () => tell(true)).then(() => setTimeout(look, PAUSE_MS));
  };
  document.addEventListener("click", (event) => {
    if (event.target.id !== "news") return;
    const again = document.createElement("a");
    again.href = document.getElementById("cases").dataset.here;
    again.dataset.swap = "";
    again.hidden = true;
    document.getElementById("main").append(again);
    again.click();
  });
  setTimeout(look, PAUSE_MS);
})();
