// A sign of life while the page is open and the screen is on, so that another technician is kept out; a locked screen lets go by itself.
"use strict";
(() => {
  const EVERY_MS = 45_000;
  const self = document.getElementById("presence");
  const tell = () => {
    if (document.hidden) return;
    const body = new URLSearchParams({ [self.dataset.field]: self.dataset.token });
    fetch(self.dataset.url, { method: "POST", body }).catch(() => {});
  };
  setInterval(tell, EVERY_MS);
  document.addEventListener("visibilitychange", tell);
  // A form that takes long says so, and is not sent twice.
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.addEventListener("submit", () => {
      const button = form.querySelector("button");
      button.textContent = form.dataset.busy;
      button.disabled = true;
    });
  }
})();
