// Photos from the camera: made small enough for a phone's network, shown while they wait.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const LONGEST_SIDE = 2048;
  const QUALITY = 0.85;

  // The server makes photos smaller anyway; on a mast far away the small one arrives.
  site.shrink = async (file) => {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const ratio = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * ratio);
      canvas.height = Math.round(picture.height * ratio);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const small = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
      return small && small.size < file.size ? small : file;
    } catch {
      return file; // no picture that this browser reads: the server says what it thinks of it
    }
  };

  site.Photos = class {
    constructor(texts, remove, discard) {
      Object.assign(this, { texts, remove, discard });
      this.urls = new Map();
    }

    paint(box, photos) {
      const known = new Map([...box.children].map((child) => [child.dataset.photo, child]));
      const shown = photos.map((photo) => {
        const key = `${photo.client_id}${photo.entry ? "" : "-sent"}`;
        const figure = known.get(key) || this.figure(photo, key);
        const problem = photo.entry?.problem || "";
        figure.classList.toggle("site-refused", Boolean(problem));
        figure.querySelector("figcaption").textContent = problem;
        return figure;
      });
      if (shown.length !== box.children.length || shown.some((child, i) => child !== box.children[i])) {
        box.replaceChildren(...shown);
      }
    }

    figure(photo, key) {
      const figure = document.createElement("figure");
      figure.dataset.photo = key;
      const image = document.createElement("img");
      image.src = photo.entry ? this.local(photo) : photo.url;
      image.alt = photo.entry ? this.texts.photoWaits : this.texts.photoSent;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "site-photo-remove";
      button.textContent = "\u00d7";
      button.setAttribute("aria-label", `${this.texts.remove}: ${this.texts.photo}`);
      button.addEventListener("click", () => this.remove(photo));
      figure.append(image, button, document.createElement("figcaption"));
      return figure;
    }

    local({ client_id: id, blob }) {
      if (!this.urls.has(id)) {
        this.urls.set(id, URL.createObjectURL(blob));
      }
      return this.urls.get(id);
    }
  };
})();
