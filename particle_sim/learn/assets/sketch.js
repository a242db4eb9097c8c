// A curve drawn by hand before it is computed, and the computed one laid over it.
"use strict";

const HANDLES = 7, CLOSE = 0.06, NEAR = 0.14;

function sketchBoard(canvas, asked) {
  const count = asked.points, drawn = Array(count).fill(null), [low, high] = asked.y_range, [from, to] = asked.x_range;
  let last = null, shown = false;
  const share = (y) => (y - low) / (high - low);
  const xAt = (i) => asked.log_x ? from * (to / from) ** (i / (count - 1)) : from + (to - from) * i / (count - 1);
  const size = () => ({ wide: canvas.clientWidth, high: canvas.clientHeight, left: 56, right: 14, top: 12, bottom: 46 });

  function put(i, y) {
    const held = Math.min(high, Math.max(low, y));
    if (last === null) drawn[i] = held;
    else {
      const [j, before] = last, steps = Math.max(1, Math.abs(i - j));
      for (let k = 0; k <= steps; k += 1) drawn[Math.round(j + (i - j) * k / steps)] = before + (held - before) * k / steps;
    }
    last = [i, held];
  }

  // Small gaps and ends are drawn out; a curve that is mostly missing stays as it is.
  function finish() {
    last = null;
    const known = drawn.map((y, i) => [i, y]).filter(([, y]) => y !== null);
    if (known.length < 0.6 * count) return;
    drawn.forEach((y, i) => {
      if (y !== null) return;
      const right = known.findIndex(([j]) => j > i), before = known[right < 0 ? known.length - 1 : Math.max(0, right - 1)], after = known[right < 0 ? known.length - 1 : right];
      drawn[i] = after[0] === before[0] ? before[1] : before[1] + (after[1] - before[1]) * (i - before[0]) / (after[0] - before[0]);
    });
  }

  const whole = () => drawn.every((y) => y !== null);
  const apart = () => drawn.reduce((sum, y, i) => sum + Math.abs(share(y) - share(asked.y[i])), 0) / count;

  function path(context, values, place) {
    context.beginPath();
    let pen = false;
    values.forEach((y, i) => {
      if (y === null) { pen = false; return; }
      context[pen ? "lineTo" : "moveTo"](...place(i, y));
      pen = true;
    });
    context.stroke();
  }

  function paint() {
    const box = size(), scale = globalThis.devicePixelRatio || 1, look = wantsDark() ? DARK : LIGHT;
    if (!box.wide) return;
    const context = canvas.getContext("2d");
    canvas.width = box.wide * scale;
    canvas.height = box.high * scale;
    context.scale(scale, scale);
    const width = box.wide - box.left - box.right, height = box.high - box.top - box.bottom;
    const place = (i, y) => [box.left + width * i / (count - 1), box.top + height * (1 - share(y))];
    context.font = "13px system-ui, sans-serif";
    context.strokeStyle = look.grid;
    context.fillStyle = look.ink;
    for (let k = 0; k <= 4; k += 1) {
      const y = low + (high - low) * k / 4, [, at] = place(0, y);
      context.strokeRect(box.left, at, width, 0);
      context.textAlign = "right";
      context.fillText(readable(y), box.left - 6, at + 4);
    }
    const marks = asked.log_x ? ticks(asked.x_range) : { tickvals: [0, 1, 2, 3, 4].map((k) => from + (to - from) * k / 4) };
    marks.tickvals.forEach((x, k) => {
      const part = asked.log_x ? Math.log(x / from) / Math.log(to / from) : (x - from) / (to - from), at = box.left + width * part;
      context.strokeRect(at, box.top, 0, height);
      context.textAlign = "center";
      context.fillText(marks.ticktext ? marks.ticktext[k] : readable(x), at, box.top + height + 17);
    });
    context.fillText(asked.x_label, box.left + width / 2, box.high - 6);
    context.save();
    context.translate(13, box.top + height / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(asked.y_label, 0, 0);
    context.restore();
    if (low < 0 && high > 0) { context.strokeStyle = look.grey; context.strokeRect(box.left, place(0, 0)[1], width, 0); }
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = look.lines["#D55E00"] || "#D55E00";
    path(context, drawn, place);
    if (!shown) {
      if (drawn.every((y) => y === null)) { context.textAlign = "center"; context.fillStyle = look.grey; context.fillText("Draw here, from the left edge to the right", box.left + width / 2, box.top + 0.38 * height); }
      return;
    }
    context.strokeStyle = look.lines["#0072B2"] || "#0072B2";
    context.setLineDash([9, 5]);
    path(context, asked.y, place);
    context.setLineDash([]);
  }

  function point(event) {
    const box = size(), frame = canvas.getBoundingClientRect();
    const i = Math.round((event.clientX - frame.left - box.left) / (box.wide - box.left - box.right) * (count - 1));
    const part = 1 - (event.clientY - frame.top - box.top) / (box.high - box.top - box.bottom);
    return [Math.min(count - 1, Math.max(0, i)), low + part * (high - low)];
  }

  return {
    paint, whole, xAt, count,
    values: () => [...drawn],
    begin(event) { if (!shown) { last = null; put(...point(event)); paint(); } },
    go(event) { if (!shown && last !== null) { put(...point(event)); paint(); } },
    end() { if (!shown) { finish(); paint(); } },
    clear() { drawn.fill(null); last = null; paint(); },
    restore(values) { values.forEach((y, i) => { drawn[i] = y; }); paint(); },
    handle(k, y) {
      const at = (j) => Math.round(j * (count - 1) / (HANDLES - 1)), heights = Array.from({ length: HANDLES }, (_, j) => drawn[at(j)] ?? (low + high) / 2);
      heights[k] = y;
      for (let j = 0; j < HANDLES - 1; j += 1) { last = null; put(at(j), heights[j]); put(at(j + 1), heights[j + 1]); }
      last = null;
      paint();
    },
    reveal() {
      shown = true;
      paint();
      if (!whole()) return "The dashed curve is the computed one.";
      const off = apart(), per = Math.round(100 * off);
      const word = off <= CLOSE ? "Very close" : off <= NEAR ? "The right idea" : "Another shape";
      return `${word}: on average your curve is ${per} % of the axis away from the computed one, which is dashed.`;
    },
  };
}

// Sliders for those who draw without a mouse or a finger.
function sketchHandles(board, asked, container) {
  const [low, high] = asked.y_range;
  for (let k = 0; k < HANDLES; k += 1) {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, { type: "range", min: low, max: high, step: (high - low) / 40, value: (low + high) / 2, id: `h-${k}` });
    input.addEventListener("input", () => board.handle(k, Number(input.value)));
    label.append(`at ${readable(board.xAt(Math.round(k * (board.count - 1) / (HANDLES - 1))))}`, input);
    container.append(label);
  }
}

function sketch(asked) {
  const canvas = byId("sketch-canvas"), board = sketchBoard(canvas, asked);
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); board.begin(event); });
  canvas.addEventListener("pointermove", (event) => board.go(event));
  canvas.addEventListener("pointerup", () => board.end());
  canvas.addEventListener("pointercancel", () => board.end());
  byId("sketch-clear").addEventListener("click", () => board.clear());
  sketchHandles(board, asked, byId("sketch-handles"));
  globalThis.addEventListener?.("resize", () => board.paint());
  board.paint();
  return board;
}
