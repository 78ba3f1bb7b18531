// A signature drawn with a finger or a pen: strokes are kept as numbers, so that turning the
// phone draws them again, and leave as one PNG in the screen's own sharpness.
(() => {
  "use strict";
  const site = (window.anqiSite ||= {});
  const INK = "#10161f"; // on white, whatever the page's colours are: it goes onto paper
  const SHARPEST = 3;
  // Less than this is a slip of the finger, no name. In CSS pixels of ink.
  const SHORTEST = 60;

  site.SignaturePad = class {
    constructor(canvas, changed) {
      this.canvas = canvas;
      this.changed = changed;
      this.strokes = [];
      this.current = null;
      canvas.addEventListener("pointerdown", (event) => this.down(event));
      canvas.addEventListener("pointermove", (event) => this.move(event));
      for (const kind of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(kind, (event) => this.up(event));
      }
      new ResizeObserver(() => this.fit()).observe(canvas);
    }

    get isEmpty() {
      return this.strokes.reduce((sum, stroke) => sum + length(stroke), 0) < SHORTEST;
    }

    clear() {
      this.strokes = [];
      this.draw();
      this.changed();
    }

    undo() {
      this.strokes.pop();
      this.draw();
      this.changed();
    }

    fit() {
      const box = this.canvas.getBoundingClientRect();
      const scale = Math.min(Math.max(window.devicePixelRatio || 1, 2), SHARPEST);
      if (!box.width) {
        return;
      }
      this.canvas.width = Math.round(box.width * scale);
      this.canvas.height = Math.round(box.height * scale);
      this.scale = scale;
      this.draw();
    }

    point(event) {
      const box = this.canvas.getBoundingClientRect();
      const pressure = event.pointerType === "pen" && event.pressure ? event.pressure : 0.5;
      return { x: event.clientX - box.left, y: event.clientY - box.top, pressure };
    }

    down(event) {
      if (event.button > 0 || this.current) {
        return; // a second finger, or the palm
      }
      event.preventDefault();
      this.canvas.setPointerCapture(event.pointerId);
      this.current = { id: event.pointerId, points: [this.point(event)] };
      this.strokes.push(this.current.points);
      this.draw();
    }

    move(event) {
      if (event.pointerId !== this.current?.id) {
        return;
      }
      const steps = event.getCoalescedEvents?.() || [];
      for (const step of steps.length ? steps : [event]) {
        this.current.points.push(this.point(step));
      }
      this.draw();
    }

    up(event) {
      if (event.pointerId === this.current?.id) {
        this.current = null;
        this.changed();
      }
    }

    draw() {
      const pen = this.canvas.getContext("2d");
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
      pen.setTransform(this.scale || 1, 0, 0, this.scale || 1, 0, 0);
      pen.strokeStyle = pen.fillStyle = INK;
      pen.lineCap = pen.lineJoin = "round";
      this.strokes.forEach((stroke) => trace(pen, stroke));
    }

    picture() {
      return new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
    }
  };

  function trace(pen, stroke) {
    if (stroke.length === 1) {
      pen.beginPath();
      pen.arc(stroke[0].x, stroke[0].y, 1.5, 0, 2 * Math.PI);
      pen.fill();
      return;
    }
    for (let i = 1; i < stroke.length; i += 1) {
      const [before, from, to] = [stroke[Math.max(i - 2, 0)], stroke[i - 1], stroke[i]];
      pen.lineWidth = 1.5 + 2.5 * to.pressure;
      pen.beginPath();
      pen.moveTo((before.x + from.x) / 2, (before.y + from.y) / 2);
      pen.quadraticCurveTo(from.x, from.y, (from.x + to.x) / 2, (from.y + to.y) / 2);
      pen.stroke();
    }
  }

  function length(stroke) {
    let sum = 0;
    for (let i = 1; i < stroke.length; i += 1) {
      sum += Math.hypot(stroke[i].x - stroke[i - 1].x, stroke[i].y - stroke[i - 1].y);
    }
    return sum;
  }
})();
