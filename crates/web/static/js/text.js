// Words that only scripts need. Everything else is written by the server.

const WORDS = {
  ja: {
    left: "あと", over: "超過", day: "日", hour: "時間", minute: "分", second: "秒", now: "いま",
    due: (what) => `期限です：${what}`,
    live: "更新中", retry: "つなぎ直しています", stale: "更新が止まっています。再読み込みしてください",
    restored: "下書きを戻しました", restoredNote: (when) => `${when}に入力した内容です。まだ送信されていません。`,
    olderRevision: "そのあと、ほかの人が内容を変えています。送信の前に見比べてください。",
    discard: "下書きを捨てる", kept: (when) => `下書きを保存しました（${when}）`, notKept: "この端末には下書きを保存できません",
    offline: "送信できませんでした", offlineNote: "ネットワークにつながっていません。入力はこの端末に残してあります。つながったら、もう一度送信してください。",
    failed: "サーバーに届きませんでした。入力は残してあります。もう一度お試しください。",
    copied: "写しました", notCopied: "写せませんでした。選択して手で写してください",
    choose: "入力してさがす", none: "見つかりません", searching: "さがしています", suggestFailed: "候補を読み込めませんでした", found: (n) => `${n}件の候補`, remove: (what) => `「${what}」を外す`,
    tooBig: (max) => `大きすぎます（上限 ${max}）`, sending: (percent) => `送信中 ${percent}%`, added: (n) => `${n}個のファイルを付けました`,
    rowAdded: "行を足しました", rowDropped: "行を消しました",
  },
  en: {
    left: "in", over: "late", day: "d", hour: "h", minute: "min", second: "s", now: "now",
    due: (what) => `Due now: ${what}`,
    live: "Live", retry: "Reconnecting", stale: "Updates have stopped. Reload the page",
    restored: "Your draft is back", restoredNote: (when) => `Typed at ${when}. It has not been sent yet.`,
    olderRevision: "Someone has changed this since. Compare before you send.",
    discard: "Discard the draft", kept: (when) => `Draft kept (${when})`, notKept: "Drafts cannot be kept on this device",
    offline: "Not sent", offlineNote: "There is no network. What you typed is kept on this device. Send it again once you are connected.",
    failed: "The server could not be reached. What you typed is kept. Please try again.",
    copied: "Copied", notCopied: "Could not copy. Select it and copy by hand",
    choose: "Type to search", none: "Nothing found", searching: "Searching", suggestFailed: "Suggestions could not be loaded", found: (n) => `${n} suggestions`, remove: (what) => `Remove ${what}`,
    tooBig: (max) => `Too large (limit ${max})`, sending: (percent) => `Sending ${percent}%`, added: (n) => `${n} file(s) attached`,
    rowAdded: "Row added", rowDropped: "Row removed",
  },
};

export const lang = () => (document.documentElement.lang.startsWith("en") ? "en" : "ja");

/** The word for `key` in the page's language; a function entry is called with `args`. */
export function say(key, ...args) {
  const word = WORDS[lang()][key];
  return typeof word === "function" ? word(...args) : word;
}

/** Time of day, with the date in front when `day` is asked for. */
export function clockTime(ms, zone, day = false) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined, ...(day && { month: "numeric", day: "numeric" }) };
  return new Intl.DateTimeFormat(lang(), options).format(ms);
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const unit = bytes < 1048576 ? ["KB", 1024] : bytes < 1073741824 ? ["MB", 1048576] : ["GB", 1073741824];
  return `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`;
}

/** An element with attributes and children; text is always set as text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", new URL(`../icons.svg#${name}`, import.meta.url).href);
  svg.append(use);
  return svg;
}
