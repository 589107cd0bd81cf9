// Files dropped or pasted go into the ordinary file input, so the form sends them like any other.
import { fileSize, icon, make, say } from "./text.js";
import { toast } from "./toast.js";

const inputOf = (zone) => zone.querySelector("input[type=file]");

function list(zone) {
  const input = inputOf(zone), output = zone.querySelector("[data-upload-list]");
  if (!input || !output) return;
  const limit = Number(zone.dataset.uploadMax ?? Infinity);
  const items = [...input.files].map((file, index) => {
    const wrong = file.size > limit;
    const drop = make("button", { type: "button", class: "btn btn-icon", "aria-label": say("remove", file.name) }, icon("close"));
    drop.addEventListener("click", () => {
      set(input, [...input.files].filter((_, at) => at !== index));
      list(zone);
    });
    return make("li", { class: wrong ? "is-wrong" : null }, icon("file"), make("span", {}, file.name), make("small", {}, wrong ? say("tooBig", fileSize(limit)) : fileSize(file.size)), drop);
  });
  output.replaceChildren(...items);
}

function set(input, files) {
  const transfer = new DataTransfer();
  for (const file of input.multiple ? files : files.slice(-1)) transfer.items.add(file);
  input.files = transfer.files;
}

function add(zone, files) {
  const input = inputOf(zone);
  if (!input || !files.length) return;
  set(input, [...input.files, ...files]);
  list(zone);
  toast(say("added", files.length));
}

const zoneOf = (target) => target.closest?.("[data-upload]") ?? target.closest?.("form:has([data-upload-target])");

export function start() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) { const zone = zoneOf(event.target); if (zone) list(zone); }
  });
  document.addEventListener("reset", (event) => {
    const zone = event.target.querySelector("[data-upload]") ?? event.target;
    setTimeout(() => list(zone));
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const zone = zoneOf(event.target);
      if (!zone || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.toggle("is-over", type === "dragover");
      if (type === "drop") add(zone, [...event.dataTransfer.files]);
    });
  }
  document.addEventListener("paste", (event) => {
    const zone = zoneOf(event.target), files = [...(event.clipboardData?.files ?? [])];
    if (!zone || !files.length) return;
    event.preventDefault();
    add(zone, files);
  });
}

/** Posts `body` and moves the form's progress bar; answers in the shape fragment.js expects. */
export function sendWithProgress(url, body, headers, form) {
  const bar = form.querySelector("[data-upload-progress]");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (!bar || !event.lengthComputable) return;
      bar.hidden = false;
      bar.value = Math.round((event.loaded / event.total) * 100);
      bar.setAttribute("aria-label", say("sending", bar.value));
    });
    request.addEventListener("loadend", () => { if (bar) { bar.hidden = true; bar.value = 0; } });
    request.addEventListener("error", () => reject(new TypeError("network")));
    request.addEventListener("load", () => resolve({
      status: request.status,
      url: request.responseURL,
      redirected: new URL(request.responseURL).pathname !== new URL(url, location.href).pathname,
      location: request.getResponseHeader("X-Location"),
      type: request.getResponseHeader("Content-Type") ?? "",
      text: request.responseText,
    }));
    request.send(body);
  });
}
