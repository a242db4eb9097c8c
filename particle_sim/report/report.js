// What a page of results does beside being read: sections open, and print whole.
"use strict";

const folds = [...document.querySelectorAll("details")];
const openAll = document.getElementById("open-all");

function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
}

function foldAll(open) {
  folds.forEach((fold) => { fold.open = open; });
  openAll.textContent = open ? "Close all" : "Open all";
}

openAll.hidden = false;
openAll.addEventListener("click", () => foldAll(openAll.textContent === "Open all"));
document.addEventListener("click", (event) => { if (event.target.closest("a[href^='#']")) setTimeout(reveal); });
addEventListener("hashchange", reveal);
reveal();

let closed = [];
addEventListener("beforeprint", () => { closed = folds.filter((fold) => !fold.open); closed.forEach((fold) => { fold.open = true; }); });
addEventListener("afterprint", () => closed.forEach((fold) => { fold.open = false; }));

const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
  links.get(entry.target.id).classList.toggle("here", entry.isIntersecting && entry.target.open);
}), { rootMargin: "-10% 0px -60% 0px" });
links.forEach((_, id) => seen.observe(document.getElementById(id)));
