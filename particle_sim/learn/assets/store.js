// What a reader has done, kept by the browser under one name; where it keeps nothing, nothing is lost but that.
"use strict";

const STORE = "particle_sim.lessons";

function stored() {
  try { return JSON.parse(localStorage.getItem(STORE)) || {}; } catch { return {}; }
}

const recall = (name) => stored()[name] || {};

function remember(name, changes) {
  const all = stored();
  all[name] = { ...all[name], ...changes };
  try { localStorage.setItem(STORE, JSON.stringify(all)); } catch { /* private windows keep nothing */ }
}

function forget(name) {
  const all = stored();
  delete all[name];
  try { localStorage.setItem(STORE, JSON.stringify(all)); } catch { /* as above */ }
}
