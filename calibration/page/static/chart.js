// A chart drawn from the document that its address answers, in the theme of the screen.
"use strict";
(() => {
  const place = document.getElementById("chart");
  if (!place) return;
  const failed = document.getElementById("chart-failed");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const draw = async () => {
    const answer = await fetch(`${place.dataset.url}?theme=${dark.matches ? "dark" : "light"}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText);
    const item = await answer.json();
    place.replaceChildren();
    await Bokeh.embed.embed_item(item, place);
    place.dataset.ready = "yes";
  };
  const show = () => draw().catch((error) => {
    failed.hidden = false;
    failed.textContent = error.message;
  });
  dark.addEventListener("change", show);
  show();
})();
