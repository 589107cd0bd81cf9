// Runs in a page, and returns what is wrong with it.
const faults = [];
const wrong = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 140)}`);
const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const all = (selector) => [...document.querySelectorAll(selector)];
const textOf = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim();

function nameOf(element) {
  if (element.getAttribute("aria-labelledby")) return textOf(element.getAttribute("aria-labelledby"));
  if (element.ariaLabel?.trim()) return element.ariaLabel.trim();
  const labels = [...(element.labels ?? [])].map((label) => label.textContent.trim()).join(" ");
  return labels || element.textContent.trim() || element.title.trim() || element.alt?.trim() || "";
}

// Names.
for (const field of all("input:not([type=hidden]), select, textarea")) {
  if (!shown(field) || field.closest("[aria-hidden=true]")) continue;
  const labels = [...(field.labels ?? [])].some((label) => label.textContent.trim());
  const named = labels || field.ariaLabel?.trim() || (field.getAttribute("aria-labelledby") && textOf(field.getAttribute("aria-labelledby")));
  if (!named) wrong("a field without a label", field);
}
for (const button of all("button, a[href], summary, [role=button]")) {
  if (shown(button) && !button.closest("[aria-hidden=true]") && !nameOf(button)) wrong("nothing says what it does", button);
}
for (const picture of all("img")) if (!picture.hasAttribute("alt")) wrong("a picture without words", picture);
for (const drawing of all("svg")) {
  if (shown(drawing) && drawing.getAttribute("aria-hidden") !== "true" && !drawing.ariaLabel && !drawing.querySelector("title")) wrong("a drawing without words", drawing);
}
for (const table of all("table")) {
  if (shown(table) && table.querySelector("td") && !table.querySelector("th")) wrong("a table without heads", table);
}
for (const [attribute, what] of [["aria-describedby", "described"], ["aria-labelledby", "labelled"], ["aria-controls", "controlled"], ["for", "label"]]) {
  for (const element of all(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/).filter(Boolean)) {
      if (!document.getElementById(id)) wrong(`${what} by ${id}, which is not there`, element);
    }
  }
}
const ids = new Set();
for (const element of all("[id]")) {
  if (ids.has(element.id)) wrong("the same id twice", element);
  ids.add(element.id);
}

// Order and landmarks.
if (!document.title.trim()) faults.push("no title");
if (all("main").length !== 1) faults.push(`${all("main").length} main parts`);
const heads = all("h1").filter(shown);
if (heads.length !== 1) faults.push(`${heads.length} first headings`);
let level = 0;
for (const head of all("h1, h2, h3, h4, h5, h6").filter(shown)) {
  const here = Number(head.tagName[1]);
  if (here > level + 1) wrong(`a heading of level ${here} after level ${level}`, head);
  level = here;
}
const skip = document.querySelector("a.skip");
if (!skip || document.querySelector("a[href], button, input:not([type=hidden])") !== skip) faults.push("the first stop does not lead past the menus");
else if (!document.querySelector(skip.getAttribute("href"))) faults.push("the skip link leads nowhere");
for (const bar of all("nav")) if (shown(bar) && !bar.ariaLabel && !bar.hasAttribute("aria-labelledby")) wrong("a navigation without a name", bar);

// Contrast: of what is text, against what lies under it.
const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(colour) {
  paint.clearRect(0, 0, 1, 1);
  paint.fillStyle = colour;
  paint.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
function under(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== "none") return null;
    const colour = rgba(style.backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  const page = rgba(getComputedStyle(document.documentElement).colorScheme.startsWith("dark") ? "#121212" : "#ffffff");
  return layers.reverse().reduce((below, layer) => over(layer, below), page);
}
const light = ([r, g, b]) => {
  const part = (value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const seen = new Set();
for (const element of all("body *")) {
  if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) || !shown(element)) continue;
  if (element.matches(":disabled, option, script, style, .sr, .sr *, .skip, .is-new, .is-new *")) continue;
  const box = element.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) continue;
  const style = getComputedStyle(element), below = under(element);
  if (!below) continue;
  const above = over(rgba(style.color), below);
  const [a, b] = [light(above), light(below)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const key = `${style.color} ${below} ${large}`;
  if (ratio < (large ? 3 : 4.5) && !seen.has(key)) {
    seen.add(key);
    wrong(`contrast ${ratio.toFixed(2)} (${style.color} on ${below.map(Math.round)})`, element);
  }
}
return faults;
