// The oscilloscope: asks for what is new five times a second, keeps the last seconds, and draws them in the charts that Bokeh has laid out.
"use strict";
(() => {
  const EVERY_MS = 200;
  const FACE_NOISES = 12;
  const place = document.getElementById("scope");
  const failed = document.getElementById("scope-failed");
  const span = document.getElementById("span");
  const pause = document.getElementById("pause");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const rows = new Map([...document.querySelectorAll("[data-channel]")].map((row) => [row.dataset.channel, row]));
  let charts = null, kept = null, stream = "", since = 0, paused = false, asking = false;

  const draw = async () => {
    const answer = await fetch(`${place.dataset.chart}&theme=${dark.matches ? "dark" : "light"}`);
    const item = await answer.json();
    place.replaceChildren();
    const views = await Bokeh.embed.embed_item(item, place);
    charts = views.roots?.[0]?.model?.document ?? Bokeh.documents.at(-1);
    place.dataset.ready = "yes";
  };
  const take = (news) => {
    if (news.stream !== stream || kept === null || news.first !== since) {
      kept = new Map(news.channels.map((channel) => [channel.channel, { low: [], high: [] }]));
      stream = news.stream;
    }
    since = news.next;
    const most = Math.round(60 * news.points_hz);
    for (const channel of news.channels) {
      const own = kept.get(channel.channel);
      own.low.push(...channel.low);
      own.high.push(...channel.high);
      own.low.splice(0, own.low.length - most);
      own.high.splice(0, own.high.length - most);
    }
  };
  const show = (news) => {
    const wanted = Math.round(Number(span.value) * news.points_hz);
    for (const channel of news.channels) {
      const own = kept.get(channel.channel);
      const low = own.low.slice(-wanted), high = own.high.slice(-wanted);
      const t = [], counts = [];
      low.forEach((value, index) => {
        const at = (index - low.length) / news.points_hz;
        t.push(at, at);
        counts.push(value ?? NaN, high[index] ?? NaN);
      });
      charts.get_model_by_name(`signal-${channel.channel}`).data = { t, counts };
      const zero = channel.zero ?? 0, face = FACE_NOISES * (channel.noise ?? 1);
      const seen = counts.filter(Number.isFinite);
      const bottom = Math.min(zero - face, ...seen), top = Math.max(zero + face, ...seen);
      charts.get_model_by_name(`range-${channel.channel}`).setv({ start: bottom - 0.05 * (top - bottom), end: top + 0.05 * (top - bottom) });
      charts.get_model_by_name(`zero-${channel.channel}`).location = zero;
    }
    charts.get_model_by_name("time").setv({ start: -Number(span.value), end: 0 });
  };
  const figures = (news) => {
    const second = Math.round(news.points_hz);
    for (const channel of news.channels) {
      const row = rows.get(channel.channel);
      if (!row) continue;
      const own = kept.get(channel.channel);
      const write = (name, value, digits) => { row.querySelector(`[data-${name}]`).textContent = value === null || !Number.isFinite(value) ? "–" : (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits).replace("-", "−"); };
      write("zero", channel.zero, 0);
      write("noise", channel.noise, 1);
      write("low", Math.min(...own.low.slice(-second).filter((value) => value !== null)), 0);
      write("high", Math.max(...own.high.slice(-second).filter((value) => value !== null)), 0);
      const state = row.querySelector("[data-state]");
      const fault = news.channels_at_fault[channel.channel];
      state.textContent = fault ?? state.dataset.good;
      state.className = fault ? "state-bad" : "state-good";
    }
  };
  const ask = async () => {
    if (asking || paused || document.hidden || charts === null) return;
    asking = true;
    try {
      const answer = await fetch(`${place.dataset.data}&stream=${stream}&since=${since}&seconds=60`);
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const news = await answer.json();
      take(news);
      show(news);
      figures(news);
      failed.hidden = true;
    } catch (error) {
      failed.textContent = `${failed.dataset.text} ${error.message}`;
      failed.hidden = false;
    } finally {
      asking = false;
    }
  };
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.go : pause.dataset.hold;
  });
  dark.addEventListener("change", draw);
  draw().then(() => { setInterval(ask, EVERY_MS); ask(); });
})();
