// Questions to the program behind the page: the newest move counts; a program that is gone is told and asked again.
"use strict";

const VIEW = Math.random().toString(36).slice(2), GAP = 80, FIRST_WAIT = 500, LONGEST_WAIT = 8000;
const LATER = [429, 502, 503, 504], OVERTAKEN = 204;
let moves = 0, shownMove = 0, sent = -GAP, timer = 0, inHand = null;

// Beside the slider in hand, where the reader looks.
function tell(text) {
  const old = byId("lost"), sign = old || Object.assign(document.createElement("p"), { id: "lost", className: "lost" });
  if (!old) sign.setAttribute("role", "status");
  if (!text) { old?.remove(); return; }
  sign.textContent = text;
  const box = inHand && byId(`c-${inHand.name}`)?.closest(".control");
  if (box) box.append(sign); else (byId("scene").hidden ? byId("sketch-again") : byId("controls")).prepend(sign);
}

const rest = (time) => new Promise((done) => { setTimeout(done, time); globalThis.addEventListener("online", done, { once: true }); });

// What the program answers, asked for as long as it is wanted; null where something newer is.
async function answered(address, wanted = () => true, meanwhile = "What you see is from before") {
  for (let tries = 0; wanted(); tries += 1) {
    let reason = "The program behind this page does not answer";
    try {
      const answer = await fetch(address, { headers: { "X-View": VIEW } });
      if (answer.status === OVERTAKEN) return null;
      if (!LATER.includes(answer.status)) { const content = await answer.json(); tell(""); return content; }
      reason = "Many ask at once";
    } catch { /* gone, or on its way back */ }
    if (!wanted()) return null;
    const time = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries) * (0.75 + Math.random() / 2);
    tell(`${reason}. ${meanwhile}; it is asked again in ${Math.ceil(time / 1000)} s.`);
    await rest(time);
  }
  return null;
}

const isPair = () => Boolean(setup.charges?.materials);

function settings() {
  const query = new URLSearchParams(setup.fixed);
  for (const control of controls) query.set(control.name, state[control.name]);
  return query;
}

function busy(on) {
  if (on) byId("scene").setAttribute("aria-busy", "true"); else byId("scene").removeAttribute("aria-busy");
}

// A picture that the page has is shown at once; others are asked for, at most every GAP ms.
function ask() {
  moves += 1;
  const known = isPair() ? pairNow() : window.particleSimStates ? exported() : setup.history && fromFilm();
  if (known) { shownMove = moves; busy(false); tell(""); show(known); return; }
  busy(true);
  if (!timer) timer = setTimeout(send, Math.max(0, sent + GAP - performance.now()));
}

async function send() {
  timer = 0;
  const own = moves;
  if (own === shownMove) return;
  sent = performance.now();
  const query = isPair() ? pairQuery() : settings();
  const content = await answered(`${setup.source}?${query}`, () => own === moves);
  if (content && own > shownMove) {
    shownMove = own;
    if (content.problems.length) complain(content.problems);
    if (content.picture) show(isPair() ? pairTaken(content, query) : content.picture);
  }
  if (own !== moves) return;
  busy(false);
  expectFilm();
}
