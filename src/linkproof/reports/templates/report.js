"use strict";
// Filters, deep links, and what is only built when it is opened. All that came from a target is set as text.
(() => {
const store = JSON.parse(document.getElementById("store").textContent);
const bar = document.querySelector("search.filter");
const fields = [...bar.querySelectorAll("select, input")];
const rows = [...document.querySelectorAll(".row, .card[data-contract], .matrix tbody tr, .matrix [data-family]")];
const findings = [...document.querySelectorAll("#findings ~ .list .finding")];
const requirements = [...document.querySelectorAll(".requirement")];
const groups = [...document.querySelectorAll(".group")].reverse();
const texts = new Map();

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// The filter, and the URL that keeps it.

const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#34;": '"', "&#39;": "'" };

function textOf(row) {
  if (!texts.has(row)) {
    const waiting = store.bodies[row.id] ?? "";
    const plain = waiting.replaceAll(/<\/?mark>/g, "").replaceAll(/<[^>]*>/g, " ").replaceAll(/&[^;]+;/g, sign => SIGNS[sign] ?? sign);
    texts.set(row, (row.id + " " + row.textContent + " " + plain).toLowerCase());
  }
  return texts.get(row);
}

function wanted() {
  return Object.fromEntries(fields.filter(f => f.value).map(f => [f.name, f.value]));
}

function apply() {
  const { q, ...facets } = wanted();
  const words = (q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const active = words.length > 0 || Object.keys(facets).length > 0;
  for (const row of rows) {
    const fits = Object.entries(facets).every(([name, value]) => !(name in row.dataset) || row.dataset[name] === value);
    row.hidden = !fits || (row.classList.contains("row") && !words.every(word => textOf(row).includes(word)));
  }
  for (const group of groups) {
    const some = group.querySelector(".row:not([hidden])") !== null;
    group.hidden = !some;
    if (group.localName === "details" && !group.classList.contains("printing")) {
      group.dataset.was ??= String(group.open);
      group.open = active ? some : group.dataset.was === "true";
      if (!active) delete group.dataset.was;
    }
  }
  for (const field of fields) field.classList.toggle("active", field.value !== "");
  const shown = list => list.filter(row => !row.hidden).length;
  bar.querySelector("output").textContent = active
    ? `${shown(findings)} of ${findings.length} findings, ${shown(requirements)} of ${requirements.length} requirements` : "";
}

function keep() {
  const query = new URLSearchParams(wanted()).toString();
  history.replaceState(null, "", (query ? "?" + query : location.pathname) + location.hash);
}

function restore() {
  const given = new URLSearchParams(location.search);
  for (const field of fields) {
    const value = given.get(field.name) ?? "";
    field.value = field.localName === "input" || [...field.options].some(o => o.value === value) ? value : "";
  }
  apply();
}

function changed() { apply(); keep(); }

bar.addEventListener("input", changed);
bar.querySelector("button").addEventListener("click", () => { for (const f of fields) f.value = ""; changed(); });
for (const link of document.querySelectorAll("[data-set-status]")) {
  link.addEventListener("click", () => { bar.querySelector("[name=status]").value = link.dataset.setStatus; changed(); });
}

// Deep links: whatever is folded or filtered away above the target gives way.

function reveal() {
  let id = "";
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { /* no fragment of ours */ }
  const target = id && document.getElementById(id);
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    at.hidden = false;
    if (at.localName === "details") at.open = true;
  }
  target.scrollIntoView();
  (target.querySelector(":scope > summary") ?? target).focus({ preventScroll: true });
}

addEventListener("hashchange", reveal);
addEventListener("popstate", restore);
document.addEventListener("click", event => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && link.hash === location.hash) reveal();
});

// Bodies, requests and responses, when they are opened.

function fill(details) {
  if (details.id in store.bodies && !details.querySelector(":scope > .body")) {
    details.insertAdjacentHTML("beforeend", store.bodies[details.id]);
  }
  if (details.dataset.exchange && !details.querySelector(".sides")) {
    const pointer = details.closest(".body").dataset.pointer;
    details.append(...exchange(store.exchanges[Number(details.dataset.exchange)], pointer));
  }
}

document.addEventListener("toggle", event => { if (event.target.open) fill(event.target); }, true);

function exchange(found, pointer) {
  const { request, response } = found;
  const sides = make("div", "sides");
  sides.append(
    message("Request", `${request.method} ${request.url}`, request, null),
    message("Response", `${response.status}${found.at ? " at " + found.at : ""}`, response, pointer));
  return [tools(sides), sides];
}

function message(title, first, { headers, body, note }, pointer) {
  const side = make("section");
  const fields = make("details", "headers");
  fields.append(make("summary", "", `${headers.length} header fields`), make("pre", "", headers.map(h => h.join(": ")).join("\n")));
  side.append(make("h3", "", title), make("pre", "", first), fields);
  if (!body) return side;
  let value;
  try { value = JSON.parse(body, exact); } catch { side.append(make("pre", "", body)); return side; }
  const tree = make("div", "json");
  tree.append(node("", value, "", pointer, 0, ""));
  side.append(tree);
  if (note) side.append(make("p", "soft", note));
  return side;
}

// Numbers keep their digits, also beyond 2^53.
function exact(key, value, context) {
  return typeof value === "number" && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value;
}

function isPlain(value) { return value === null || typeof value !== "object" || Boolean(JSON.isRawJSON?.(value)); }

// JSON as nested <details>: the platform folds, and find-in-page unfolds.
function node(key, value, path, pointer, depth, comma) {
  const name = make("span", "key", key === "" ? "" : JSON.stringify(key) + ": ");
  const here = pointer && path === pointer;
  if (isPlain(value)) {
    const leaf = make("div", here ? "leaf at" : "leaf");
    leaf.append(name, JSON.stringify(value) + comma);
    return leaf;
  }
  const list = Array.isArray(value), entries = Object.entries(value);
  const [start, end] = list ? "[]" : "{}";
  const fold = make("details"), summary = make("summary", here ? "at" : "");
  summary.append(name, start + " ", make("span", "size", plural(entries.length, list ? "item" : "member")), hint(value));
  fold.append(summary);
  fold.open = depth < 2 || entries.length < 4 || Boolean(pointer && (pointer + "/").startsWith(path + "/"));
  entries.forEach(([k, v], i) => {
    const step = path + "/" + k.replaceAll("~", "~0").replaceAll("/", "~1");
    fold.append(node(list ? "" : k, v, step, pointer, depth + 1, i + 1 < entries.length ? "," : ""));
  });
  fold.append(make("div", "end", end + comma));
  return fold;
}

function plural(count, noun) { return `${count} ${noun}${count === 1 ? "" : "s"}`; }

// What a folded object is: its name, or else its first plain member.
function hint(value) {
  const plain = Object.entries(value).filter(([, v]) => isPlain(v));
  const [key, found] = plain.find(([k]) => k === "name") ?? plain[0] ?? [];
  return make("span", "size hint", key === undefined || Array.isArray(value) ? "" : `, ${key}: ${JSON.stringify(found).slice(0, 60)}`);
}

// Search within one exchange, by the platform's own highlights.
function tools(sides) {
  const box = make("div", "tools"), label = make("label", "", "Search here "), input = make("input"), said = make("output", "soft");
  input.type = "search";
  said.ariaLive = "polite";
  input.addEventListener("input", () => {
    const sought = input.value.toLowerCase(), ranges = [];
    const walker = document.createTreeWalker(sides, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); sought && text; text = walker.nextNode()) {
      if (text.parentElement.classList.contains("hint")) continue;
      const content = text.data.toLowerCase();
      for (let at = content.indexOf(sought); at >= 0; at = content.indexOf(sought, at + sought.length)) {
        ranges.push(new StaticRange({ startContainer: text, startOffset: at, endContainer: text, endOffset: at + sought.length }));
        for (let up = text.parentElement; up !== sides; up = up.parentElement) if (up.localName === "details") up.open = true;
      }
    }
    globalThis.CSS?.highlights?.set("found", new Highlight(...ranges));
    said.textContent = sought ? `${ranges.length} found` : "";
  });
  label.append(input);
  box.append(label, said);
  return box;
}

// Copying, arrow keys between rows, printing.

document.addEventListener("click", async event => {
  const button = event.target.closest?.("button.copy");
  if (!button) return;
  const code = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
});

document.addEventListener("keydown", event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.localName === "summary" ? event.target.parentElement : null;
  if (!step || !row?.classList.contains("row") || event.altKey || event.ctrlKey || event.metaKey) return;
  const kind = row.classList.contains("finding") ? ".finding" : ".requirement";
  const open = [...document.querySelectorAll(kind + ".row:not([hidden])")].filter(r => r.checkVisibility());
  const next = open[open.indexOf(row) + step];
  if (next) { event.preventDefault(); next.firstElementChild.focus(); }
});

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll(".group:not([open]), .finding.row:not(.doc):not([hidden]):not([open])")]
    .filter(d => !d.closest(".contract"))
    .filter(d => d.localName === "details").slice(0, 1500);
  for (const details of folded) { details.open = true; fill(details); }
});
addEventListener("afterprint", () => { for (const details of folded) details.open = false; folded = []; });

// What gets the focus is never under the bar, however many lines that takes.
new ResizeObserver(() => {
  const sticks = getComputedStyle(bar).position === "sticky";
  document.documentElement.style.scrollPaddingTop = sticks ? `${bar.offsetHeight + 8}px` : "";
}).observe(bar);

// The ages on the page are those of the day of the run: how long ago that was, only the reader's clock knows.
const started = document.querySelector(".facts time");
const days = Math.floor((Date.now() - Date.parse(started.dateTime)) / 86_400_000);
if (days > 0) started.textContent += ` (${plural(days, "day")} ago)`;

bar.hidden = false;
restore();
for (const details of document.querySelectorAll("details[open]")) fill(details);
reveal();
addEventListener("load", () => { if (document.activeElement === document.body) reveal(); });
performance.mark("ready");
})();
