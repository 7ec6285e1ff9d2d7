// The script of the desk; everything except dropping files also works without it.
"use strict";

const LOOK_EVERY = 10000; // milliseconds
const LOOK_AFTER_SENDING = 1500;
const main = () => document.getElementById("main");
let typed = false;

// Show an error at the field if the chosen files are larger than one request may be.
function weigh(field) {
  const bytes = [...field.files].reduce((sum, file) => sum + file.size, 0);
  field.setCustomValidity(bytes > Number(field.dataset.most) ? field.dataset.said : "");
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-most]")) weigh(event.target);
  if (event.target.closest("main form")) typed = true;
});

// Reload the page after a change by others; while somebody is typing, only say that there is one.
async function look() {
  const changed = document.getElementById("changed");
  if (!changed || document.hidden) return;
  const ended = document.getElementById("ended");
  let number = ""; // empty while the ledger breaks rules
  let job;
  try {
    const answer = await fetch("/state", { headers: { Accept: "text/plain" } });
    if (answer.ok) {
      let token, account;
      [number, job, token, account] = (await answer.text()).split("\n");
      // After a new sign-in in another window, the forms of this page need the new token.
      if (account === document.body.dataset.account) for (const field of document.querySelectorAll("input[name=token]")) field.value = token;
    }
    ended.hidden = true;
    const out = document.getElementById("out");
    out.hidden = answer.status !== 403;
    if (!out.hidden) return;
  } catch {
    ended.hidden = false;
    return;
  }
  const busy = document.getElementById("busy");
  busy.hidden = !job || location.pathname === `/jobs/${parseInt(job)}`;
  if (job) {
    const link = busy.querySelector("a");
    if (parseInt(job)) link.href = `/jobs/${parseInt(job)}`; // 0: this user may not see the job
    else link.removeAttribute("href");
    link.textContent = job.slice(job.indexOf(" ") + 1);
  }
  if (number === changed.dataset.number || document.querySelector("form[data-sent]")) return;
  const field = document.activeElement?.closest("input, textarea, select");
  if (!number || typed || "typed" in changed.dataset || field || document.querySelector("main details[open], main input[name=id]:checked")) {
    changed.hidden = false;
  } else {
    htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
  }
}
setInterval(look, LOOK_EVERY);

// Send a form only once, however often its button is clicked.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  typed = false;
  setTimeout(look, LOOK_AFTER_SENDING); // shows the job that the form waits for
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Put files that are dropped on the page into its form.
function zone(event) {
  return event.dataTransfer?.types.includes("Files") ? document.querySelector("form[data-drop]") : null;
}
document.addEventListener("dragover", (event) => {
  const form = zone(event);
  if (!form) return;
  event.preventDefault();
  const details = form.closest("details");
  if (details) details.open = true;
  form.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const form = zone(event);
  if (!form) return;
  event.preventDefault();
  form.classList.remove("over");
  const field = form.querySelector("input[type=file]");
  field.files = event.dataTransfer.files;
  weigh(field);
  typed = true;
});

// Show the progress of an upload.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-drop]") || event.defaultPrevented) return;
  event.preventDefault();
  const bar = document.createElement("progress");
  form.append(bar);
  const request = new XMLHttpRequest();
  const address = new URL(form.getAttribute("action"), location.href).href; // form.action would be the field “action”
  request.open("POST", address);
  request.upload.addEventListener("progress", (told) => {
    bar.max = told.total;
    bar.value = told.loaded;
  });
  request.addEventListener("load", () => {
    if (request.status === 200 && request.responseURL !== address) location.assign(request.responseURL);
    else document.documentElement.innerHTML = new DOMParser().parseFromString(request.responseText, "text/html").documentElement.innerHTML;
  });
  request.addEventListener("error", () => form.submit());
  request.send(new FormData(form));
});

// On a phone the menu is a row that scrolls: move the current page into view, without moving the page from the message that has the focus.
const current = document.querySelector("header nav [aria-current]");
if (current) current.parentElement.scrollLeft = current.offsetLeft - (current.parentElement.clientWidth - current.offsetWidth) / 2;
