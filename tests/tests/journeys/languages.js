// Runs in an English page, and returns what of the program's own words still holds Japanese
// characters. What people wrote into the record stays as they wrote it.
const org = document.querySelector(".top-org > summary")?.textContent.trim() || "\0";
const japanese = (text) => /[\u3041-\u30ff\u4e00-\u9fff]/.test((text ?? "").replaceAll(org, ""));
const own = "nav a, h1, h2, h3, label, legend, button, summary, th, dt, .btn, .hint, .lead, .quiet, .part-note, .chip, .must, .may, .page-kind, .empty p";
const theirs = '.top-org, .top-me, .hero, .crumbs, [lang=ja], .report > .lead, small, .brief-sentence, form[action="/account/places"]';
const left = [];
const keep = (element) => left.push(element.outerHTML.slice(0, 160));
for (const element of document.querySelectorAll(own)) {
  if (element.closest(theirs) || (element.querySelector("a") && !element.matches("label, legend, button"))) continue;
  const words = [...element.childNodes].filter((node) => node.nodeType === 3 || !node.matches?.("a, code, [lang]"));
  if (japanese(words.map((node) => node.textContent).join(" "))) keep(element);
}
for (const element of document.querySelectorAll("[placeholder], [title]")) {
  if (japanese(element.placeholder) || japanese(element.title)) keep(element);
}
for (const element of document.querySelectorAll("nav, form, table")) if (japanese(element.ariaLabel)) keep(element);
return left;
