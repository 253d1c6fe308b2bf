// Files by drag and drop, each on its way with its progress; without this script the form sends them all the same.
const form = document.getElementById("upload");
if (form) {
  const input = form.querySelector("input[type=file]");
  const list = document.getElementById("uploads");
  const limit = Number(form.dataset.limit);
  const waiting = [];
  let busy = false;
  form.querySelector("button").hidden = true;

  const say = (item, tone, text, link) => {
    item.className = tone;
    const outcome = item.querySelector(".outcome");
    outcome.textContent = link ? "" : text;
    if (!link) return;
    const a = document.createElement("a");
    a.href = link;
    a.textContent = text;
    outcome.append(a);
  };
  const words = (html) => {
    const read = new DOMParser().parseFromString(html, "text/html");
    return { text: read.body.textContent.trim(), link: read.querySelector("a")?.getAttribute("href") };
  };
  const show = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "file";
    name.textContent = file.name;
    const progress = document.createElement("progress");
    progress.max = 1;
    progress.value = 0;
    progress.setAttribute("aria-label", `Upload of ${file.name}`);
    const outcome = document.createElement("span");
    outcome.className = "outcome";
    outcome.textContent = "Waiting";
    item.append(name, progress, outcome);
    list.append(item);
    return item;
  };
  const send = (file, item) => new Promise((done) => {
    const progress = item.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => {
      progress.value = event.loaded / event.total;
      say(item, "", progress.value < 1 ? `${Math.floor(progress.value * 100)} %` : "Being read");
    };
    request.onload = () => {
      progress.hidden = true;
      const { text, link } = words(request.responseText);
      if (request.status < 300) say(item, "fine", text, link);
      else say(item, "wrong", request.status == 413 ? tooLarge() : text || `The server answered ${request.status}.`);
      done();
    };
    request.onerror = () => {
      progress.hidden = true;
      say(item, "wrong", "The connection broke off. Try this file again.");
      done();
    };
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
  const tooLarge = () => `It is larger than ${Math.floor(limit / 1048576)} MB.`;
  const work = async () => {
    if (busy) return;
    busy = true;
    for (let next; (next = waiting.shift());) {
      const [file, item] = next;
      if (file.size > limit) {
        item.querySelector("progress").hidden = true;
        say(item, "wrong", tooLarge());
      } else await send(file, item);
      document.getElementById("sources")?.dispatchEvent(new Event("refresh"));
    }
    busy = false;
  };
  const take = (files) => {
    for (const file of files) waiting.push([file, show(file)]);
    work();
  };

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take([...input.files]);
  });
  for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    take([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}
