import { make } from "./text.js";

/** A short message in the live region; it leaves by itself, except a danger, which waits for a click. */
export function toast(text, tone = "info") {
  const region = document.querySelector(".toasts");
  if (!region) return;
  const item = make("div", { class: "toast", "data-tone": tone }, make("p", {}, text));
  item.addEventListener("click", () => item.remove());
  region.append(item);
  while (region.children.length > 4) region.firstElementChild.remove();
  if (tone !== "danger") setTimeout(() => item.remove(), 7000);
}
