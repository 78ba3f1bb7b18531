// Shows what was chosen for upload and takes out what is too large, before anything travels.
(() => {
  "use strict";

  const SIZES = ["B", "KB", "MB", "GB"];
  function readable(bytes) {
    let size = bytes;
    let unit = 0;
    while (size >= 1000 && unit < SIZES.length - 1) {
      size /= 1000;
      unit += 1;
    }
    return `${size.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} ${SIZES[unit]}`;
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  for (const box of document.querySelectorAll("[data-upload]")) {
    const input = box.querySelector("input[type=file]");
    const list = box.querySelector(".upload-list");
    const maxBytes = Number(box.dataset.maxBytes) || Infinity;
    const maxFiles = input.multiple ? Number(box.dataset.maxFiles) || Infinity : 1;
    let kept = [];
    let pictures = [];

    function card(file, problem) {
      const item = element("li", problem ? "upload-item upload-refused" : "upload-item");
      if (file.type.startsWith("image/")) {
        const picture = element("img", "");
        picture.src = URL.createObjectURL(file);
        picture.alt = "";
        pictures.push(picture.src);
        item.append(picture);
      }
      const text = element("span", "upload-name", file.name);
      text.append(element("small", "", problem || readable(file.size)));
      item.append(text);
      if (!problem) {
        const remove = element("button", "btn btn-sm", box.dataset.remove);
        remove.type = "button";
        remove.setAttribute("aria-label", `${box.dataset.remove}: ${file.name}`);
        remove.addEventListener("click", () => take(kept.filter((other) => other !== file), []));
        item.append(remove);
      }
      return item;
    }

    function take(files, refused) {
      pictures.forEach((url) => URL.revokeObjectURL(url));
      pictures = [];
      kept = files;
      // The input's own list is what is sent, so it must say the same as the screen.
      const transfer = new DataTransfer();
      kept.forEach((file) => transfer.items.add(file));
      input.files = transfer.files;
      list.replaceChildren(
        ...kept.map((file) => card(file)),
        ...refused.map(([file, problem]) => card(file, problem)),
      );
    }

    function add(files) {
      const accepted = input.multiple ? [...kept] : [];
      const refused = [];
      for (const file of files) {
        if (file.size > maxBytes) {
          refused.push([file, `${box.dataset.tooLarge} (${readable(file.size)})`]);
        } else if (accepted.length >= maxFiles) {
          refused.push([file, box.dataset.tooMany]);
        } else if (!accepted.some((other) => same(other, file))) {
          accepted.push(file);
        }
      }
      take(accepted, refused);
    }

    function same(one, other) {
      return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
    }

    input.addEventListener("change", () => add(Array.from(input.files)));
    for (const kind of ["dragenter", "dragover"]) {
      box.addEventListener(kind, () => box.classList.add("upload-over"));
    }
    for (const kind of ["dragleave", "drop"]) {
      box.addEventListener(kind, () => box.classList.remove("upload-over"));
    }
  }
})();
