// The live list: new rows come as server-sent events and never move what is under the pointer or the focus.
"use strict";
(() => {
  const ROWS_MAX = 200;
  const rows = document.getElementById("rows");
  const button = document.getElementById("news");
  const broken = document.getElementById("broken");
  const stations = document.getElementById("stations");
  const empty = document.getElementById("empty");
  if (!rows || !window.EventSource) return;
  const firstPage = rows.dataset.first === "yes";
  const waiting = new Map();

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  };
  const order = (key) => key.split("-").map(Number);
  const isLater = (a, b) => {
    const [timeA, idA] = order(a), [timeB, idB] = order(b);
    return timeA === timeB ? idA > idB : timeA > timeB;
  };
  const held = () => !firstPage || rows.matches(":hover") || rows.contains(document.activeElement);

  const insert = (news) => {
    const row = parse(news.html);
    row.classList.add("fresh");
    const next = [...rows.children].find((other) => isLater(news.key, other.dataset.key));
    rows.insertBefore(row, next ?? null);
    while (rows.children.length > ROWS_MAX) rows.lastElementChild.remove();
    empty.hidden = true;
  };
  const tell = () => {
    button.hidden = waiting.size === 0;
    button.textContent = button.dataset.text.replace("#", waiting.size);
  };
  const flush = () => {
    for (const news of waiting.values()) insert(news);
    waiting.clear();
    tell();
  };
  button.addEventListener("click", () => {
    if (firstPage) flush();
    else location.assign(rows.dataset.start);
  });
  rows.addEventListener("mouseleave", () => { if (!held()) flush(); });

  const address = new URL(rows.dataset.live, location.href);
  address.searchParams.set("after", rows.dataset.cursor);
  const source = new EventSource(address);
  source.addEventListener("vehicle", (event) => {
    const news = JSON.parse(event.data);
    const known = document.getElementById(news.id);
    if (known) {
      known.replaceWith(parse(news.html));
      return;
    }
    waiting.set(news.id, news);
    if (held()) tell();
    else flush();
  });
  source.addEventListener("stations", (event) => {
    stations.innerHTML = JSON.parse(event.data).html;
  });
  let failures = 0;
  source.addEventListener("open", () => { failures = 0; broken.hidden = true; });
  source.addEventListener("error", () => {
    // Every stream ends after a while and is taken up again; only a second failure in a row is worth a word.
    failures += 1;
    broken.hidden = failures < 2 && source.readyState !== EventSource.CLOSED;
  });
  addEventListener("pagehide", () => source.close());
})();
