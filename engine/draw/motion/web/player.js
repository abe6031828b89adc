// Steps through a forward and a backward pass. D holds the steps; the picture is the static
// <img>'s own SVG: its layers are boxes, arrows, cards, labels and the legend, in this order.
function mount(host, D) {
  host.setAttribute("data-live", "");
  const image = host.querySelector("img");
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), c => c.charCodeAt(0));
  const drawing = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  const root = host.attachShadow({mode: "open"});
  const make = (tag, props, ...inside) => {
    const el = Object.assign(document.createElement(tag), props);
    el.append(...inside);
    return el;
  };
  const icon = d => {
    const b = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const p = document.createElementNS("http://www.w3.org/2000/svg", "path");
    b.setAttribute("viewBox", "0 0 12 12");
    b.setAttribute("aria-hidden", "true");
    p.setAttribute("d", d);
    b.append(p);
    return b;
  };
  const LEFT = "M9 1v10L2 6z", RIGHT = "M3 1v10l7-5z", PAUSE = "M2 1h3v10H2zM7 1h3v10H7z";
  const button = (name, shape, act, text) => {
    const b = make("button", {type: "button", title: name, onclick: act}, icon(shape), text || "");
    b.setAttribute("aria-label", name);
    return b;
  };
  const N = D.steps.length;
  let now = N - 1, timer = 0, chosen = -1, asking = -1;
  const revealed = new Set();

  const first = button("first step", "M1 1h2v10H1zM11 1v10L4 6z", () => go(0));
  const back = button("step back", LEFT, () => go(now - 1), " step");
  const play = button("play", RIGHT, () => timer ? stop() : start(), " play");
  const next = button("step forward", RIGHT, () => advance(), " step");
  const last = button("last step", "M9 1h2v10H9zM1 1v10l7-5z", () => go(N - 1));
  const range = make("input", {type: "range", min: 0, max: N - 1, className: "range"});
  range.setAttribute("aria-label", "step");
  range.oninput = () => go(+range.value);
  const count = make("span", {className: "count"});
  const speed = make("select", {title: "speed"}, ...["0.5", "1", "2", "4"].map(x =>
    make("option", {value: x, selected: x === "1"}, x + "×")));
  speed.setAttribute("aria-label", "speed");
  speed.onchange = () => timer && start();
  const predict = make("input", {type: "checkbox"});
  predict.onchange = () => { revealed.clear(); asking = -1; go(predict.checked ? D.seed : now); };
  const caption = make("div", {className: "caption"});
  caption.setAttribute("aria-live", "polite");
  const picture = make("div", {className: "picture"});
  const lines = make("div", {className: "lines"});
  lines.setAttribute("aria-live", "polite");
  root.append(make("style", {textContent: D.css}),
    make("div", {className: "bar"}, first, back, play, next, last, range, count, speed,
      make("label", {title: "type each gradient before you see it"}, predict, " predict")),
    caption, picture, lines);
  picture.append(document.importNode(drawing.documentElement, true));

  const svg = picture.firstChild;
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", D.title);
  const layers = [...svg.children].filter(e => e.tagName === "g");
  const own = (e, what) => [...e.children].filter(c => what.includes(c.tagName));
  // The final look of each arrow, which is restored when it is done.
  const arrows = [];
  D.order.forEach((a, i) => {
    const [line, head] = own(layers[1].children[i], ["path"]);
    arrows[a] = {line, head, colour: line.getAttribute("stroke"), label: null,
      wide: line.getAttribute("stroke-width"), dash: line.getAttribute("stroke-dasharray"),
      faint: line.getAttribute("stroke-opacity")};
  });
  D.labels.forEach((a, i) => { arrows[a].label = layers[3].children[i]; });
  const cards = own(layers[2], ["g"]).map((g, c) => {
    const rects = own(g, ["rect"]), border = rects[rects.length - 1];
    const entries = own(g, ["g"]).map(r => {
      const texts = own(r, ["text"]), grounds = own(r, ["rect", "path"]).filter(e => e.hasAttribute("fill"));
      const grad = texts[texts.length - 1], data = texts.length > 2 ? texts[texts.length - (texts.length > 3 ? 3 : 2)] : null;
      const ground = grounds[grounds.length - 1];
      return {grad, data, ground, gradEnd: grad && grad.textContent, dataEnd: data && data.textContent,
        fillEnd: ground && ground.getAttribute("fill")};
    });
    const info = D.cards[c];
    if (info) {
      if (info.whole) {
        const whole = document.createElementNS("http://www.w3.org/2000/svg", "title");
        whole.textContent = info.whole;
        g.prepend(whole);
      }
      g.setAttribute("tabindex", "0");
      g.setAttribute("role", "button");
      g.addEventListener("mouseenter", () => explain(c));
      g.addEventListener("focus", () => explain(c));
      g.addEventListener("click", () => { chosen = c; explain(c); });
      g.addEventListener("keydown", e => { if (e.key === "Enter") { chosen = c; explain(c); e.preventDefault(); } });
    }
    return {g, border, entries, info, edge: [border.getAttribute("stroke"), border.getAttribute("stroke-width")]};
  });

  function paint() {
    const step = D.steps[now], known = new Set(), sent = new Set(), grads = {};
    for (let k = 0; k <= now; k++) {
      const s = D.steps[k];
      if (s.p === 1) known.add(s.c);
      if (s.p === 3) s.a.forEach(a => sent.add(a));
      for (const [c, r, text, fill] of s.g) grads[c + "," + r] = [text, fill];
    }
    cards.forEach((card, c) => {
      const ask = hidden(c);
      card.entries.forEach((entry, r) => {
        const isResult = D.results.includes(c) && r === card.entries.length - 1;
        if (entry.data) entry.data.textContent = isResult && !known.has(c) ? "?" : entry.dataEnd;
        if (!entry.ground || D.still.includes(c)) return;
        const whole = now === N - 1, here = grads[c + "," + r];
        const veil = ask && r === card.entries.length - 1;
        if (entry.grad) entry.grad.textContent = veil ? "?" : whole ? entry.gradEnd : here ? here[0] : entry.gradEnd === "·" ? "·" : "0";
        entry.ground.setAttribute("fill", veil ? "#fff" : whole ? entry.fillEnd : here ? here[1] : entry.grad ? D.empty : D.none);
      });
      const focus = asking >= 0 ? c === asking : c === step.c;
      card.border.setAttribute("stroke", focus ? "#8250df" : card.edge[0]);
      card.border.setAttribute("stroke-width", focus ? 3 : card.edge[1]);
      if (card.info) card.g.setAttribute("aria-label", spoken(c));
    });
    arrows.forEach((a, i) => {
      const active = step.a.includes(i), forward = active && step.p === 1;
      // A colour would give away the sign of a gradient that is still to be guessed.
      const veil = hidden(D.tails[i]), done = sent.has(i) && !forward && !veil;
      const colour = forward || active && veil ? "#8250df" : done ? a.colour : "#7d8590";
      a.line.setAttribute("stroke", colour);
      if (a.head) a.head.setAttribute("fill", colour);
      a.line.setAttribute("stroke-width", active ? 4 : done ? a.wide : a.head ? 1.2 : .9);
      if (a.faint) a.line.setAttribute("stroke-opacity", active ? 1 : a.faint);
      if (a.dash) a.line.setAttribute("stroke-dasharray", done ? a.dash : "none");
      if (a.label) a.label.classList.toggle("off", !done);
    });
    caption.replaceChildren(...step.t.map((text, i) => i % 2 ? make("b", {}, text) : text));
    if (predict.checked && step.p === 3 && step.q.some(c => hidden(c)))
      caption.replaceChildren(make("b", {}, "backward"), "   first predict, then see");
    range.value = now;
    range.setAttribute("aria-valuetext", caption.textContent);
    count.textContent = `${now + 1}/${N}`;
    first.disabled = back.disabled = now === 0;
    next.disabled = last.disabled = now === N - 1 && asking < 0;
  }
  const hidden = c => predict.checked && cards[c].info && cards[c].info.v !== undefined && !cards[c].info.s && !revealed.has(c);
  function spoken(c) {
    const {name} = cards[c].info, entry = cards[c].entries[cards[c].entries.length - 1];
    const data = entry.data ? `data ${entry.data.textContent}, ` : "";
    return `${name}: ${data}grad ${entry.grad ? entry.grad.textContent : "shown as colour"}`;
  }
  function go(k) {
    asking = -1;
    now = Math.max(0, Math.min(N - 1, k));
    paint();
    if (chosen >= 0) explain(chosen); else if (!predict.checked) hint();
  }
  // In predict mode a step back to its inputs asks for the gradient that it completes first.
  function advance() {
    const step = D.steps[now + 1];
    if (predict.checked && asking < 0 && step && step.p === 3) {
      const c = step.q.find(c => hidden(c));
      if (c !== undefined) {
        stop();
        now += 1;
        asking = c;
        paint();
        question(c);
        return;
      }
    }
    if (asking >= 0) {
      D.steps[now].q.forEach(c => revealed.add(c));
      asking = -1;
      paint();
      if (now < N - 1) lines.textContent = "";
      return;
    }
    go(now + 1);
  }
  function start() {
    clearInterval(timer);
    if (now === N - 1) go(0);
    timer = setInterval(() => now >= N - 1 && asking < 0 ? stop() : advance(), 1200 / speed.value);
    play.replaceChildren(icon(PAUSE), " pause");
    play.setAttribute("aria-label", "pause");
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.replaceChildren(icon(RIGHT), " play");
    play.setAttribute("aria-label", "play");
  }
  const hint = () => { lines.textContent = "hover a card, or reach it with Tab, to see where its grad comes from"; };
  function explain(c) {
    if (asking >= 0 && c !== asking) return;
    if (hidden(c)) { question(c); return; }
    lines.textContent = cards[c].info.lines.join("\n");
  }
  function question(c) {
    if (lines.dataset.card === String(c) && lines.querySelector("input")) return;
    const {name} = cards[c].info;
    const input = make("input", {type: "text", inputMode: "decimal", autocomplete: "off"});
    input.setAttribute("aria-label", `your ${name}.grad`);
    const answer = make("div", {});
    answer.setAttribute("role", "status");
    const check = () => {
      const [right, words] = judged(cards[c].info, input.value);
      answer.className = right ? "right" : "wrong";
      answer.textContent = words;
      if (right) reveal();
    };
    const reveal = () => {
      revealed.add(c);
      if (asking === c) {
        const more = D.steps[now].q.find(x => hidden(x));
        asking = more === undefined ? -1 : more;
      }
      paint();
      lines.append(make("div", {}, cards[c].info.lines.join("\n")));
      if (asking >= 0) {
        const following = asking;
        lines.append(make("div", {className: "ask"}, make("button", {type: "button", onclick: () => question(following)}, "next question")));
      }
      lines.querySelectorAll(".ask input, .ask button").forEach(e => { if (e.textContent !== "next question") e.disabled = true; });
    };
    lines.dataset.card = c;
    input.onkeydown = e => { e.stopPropagation(); if (e.key === "Enter") check(); };
    lines.replaceChildren(make("div", {className: "ask"}, make("span", {}, `What is ${name}.grad?`), input,
      make("button", {type: "button", onclick: check}, "check"),
      make("button", {type: "button", onclick: () => { answer.className = ""; answer.textContent = `${name}.grad = ${cards[c].info.text}`; reveal(); }}, "show me")), answer);
    if (asking >= 0) input.focus();
  }
  // On a page of its own the player hears keys before anybody has clicked on it.
  const ear = "player" in document.body.dataset ? document : host;
  ear.addEventListener("keydown", e => {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const at = root.activeElement, tag = at ? at.tagName : "";
    if (tag === "SELECT" || (tag === "INPUT" && at.type === "range" && e.key !== " ")) return;
    const act = {ArrowRight: advance, ArrowLeft: () => go(now - 1), Home: () => go(0), End: () => go(N - 1)}[e.key];
    if (act) { if (e.key !== "ArrowRight") stop(); act(); }
    else if (e.key === " " && tag !== "BUTTON" && !(tag === "INPUT" && at.type === "checkbox")) timer ? stop() : start();
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  go(N - 1);
}

// Says whether a guess is right; if not, how far off it is, and which path or factor is missing.
function judged(info, typed) {
  const guess = parseFloat(typed.trim().replace(/[−–]/g, "-").replace(",", "."));
  const v = info.v, near = (a, b) => Math.abs(a - b) <= 0.006 * Math.max(Math.abs(b), 1e-12) + 1e-12;
  const show = x => String(+x.toPrecision(4)).replace("-", "−"), sign = x => (x > 0 ? "+" : "") + show(x);
  if (!/^[+\-−–]?[\d.,]+(e[+\-−–]?\d+)?$/i.test(typed.trim()) || isNaN(guess)) return [false, "type a number, such as −1.5"];
  if (near(guess, v)) return [true, `right: ${info.name}.grad = ${info.text}`];
  const paths = info.paths, off = `off by ${sign(guess - v)}`;
  if (v !== 0 && near(guess, -v)) return [false, `right size, wrong sign (${off})`];
  const n = paths.length;
  // Sets of paths that add up to the guess; the one that misses fewest is the likeliest mistake.
  const size = set => set.toString(2).replace(/0/g, "").length;
  const sets = n > 1 && n <= 10 ? [...Array((1 << n) - 2).keys()].map(k => k + 1) : [];
  const fits = sets.filter(set => near(guess, paths.reduce((s, p, i) => s + (set >> i & 1 ? p[0] : 0), 0)));
  if (fits.length) {
    const best = fits.sort((a, b) => size(b) - size(a))[0];
    const missed = paths.filter((_, i) => !(best >> i & 1)).map(p => `through ${p[2]}`);
    const what = missed.length > 1 ? `the paths ${missed.join(" and ")} are` : `the path ${missed[0]} is`;
    return [false, `${off}: ${what} missing; gradients add up over all ${n} paths`];
  }
  if (paths.every(p => p[1] !== null) && near(guess, paths.reduce((s, p) => s + p[1], 0)))
    return [false, `${off}: that is the local derivative alone; multiply it by the gradient that arrives`];
  if (n > 1 && near(guess, paths.reduce((s, p) => s * p[0], 1)))
    return [false, `${off}: that is the product of the paths; gradients of several paths add up`];
  return [false, `${off}; it has ${n === 1 ? "one path" : n + " paths"}: ${n === 1 ? "multiply" : "for each multiply"} the local derivative by the gradient that arrives${n > 1 ? ", then add" : ""}`];
}
