import { say } from "./text.js";
import { toast } from "./toast.js";

export function start() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast(say("copied"), "good");
    } catch {
      toast(say("notCopied"), "caution");
    }
  });
}
