// Fetches the page's changing part anew, once a second while it says so; what has the focus or is pointed at stays where it is.
"use strict";
(() => {
  const PAUSE_MS = 1000;
  const place = document.getElementById("renewed");
  const renew = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Weighline-Background": "yes" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("renewed");
    if (!fresh) return;
    place.dataset.again = fresh.dataset.again;
    for (const row of fresh.querySelectorAll("tr[id]")) {
      const known = document.getElementById(row.id);
      if (known && known.innerHTML !== row.innerHTML) known.innerHTML = row.innerHTML;
    }
  };
  const later = () => setTimeout(() => {
    if (place.dataset.again !== "yes") return;
    renew().catch(() => {}).then(later);
  }, PAUSE_MS);
  later();
})();
