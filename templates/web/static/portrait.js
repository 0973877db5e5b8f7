// The enrolment form: makes a large picture smaller before it travels, and shows at once what it keeps and lacks.
// Without this script the form works as well: the same checks come back when the draft is saved.
"use strict";

(() => {
  const LONGEST = 1600; // pixels: twice what the page needs
  const SMALL_BYTES = 600 * 1024; // travels as it is
  const input = document.getElementById("portrait");
  const box = document.getElementById("checks");
  const canvas = document.getElementById("seen");
  const form = document.getElementById("enrol");
  let turn = 0;

  const show = (id, on) => { document.getElementById(id).hidden = !on; };

  const drawn = (picture, longest) => {
    const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
    const sheet = document.createElement("canvas");
    sheet.width = Math.round(picture.width * scale);
    sheet.height = Math.round(picture.height * scale);
    sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
    return sheet;
  };

  const smaller = async (file, picture) => {
    if (file.size <= SMALL_BYTES && Math.max(picture.width, picture.height) <= LONGEST) return file;
    const blob = await new Promise((done) => drawn(picture, LONGEST).toBlob(done, "image/jpeg", 0.92));
    if (!blob || blob.size >= file.size) return file;
    const made = new File([blob], "portrait.jpg", { type: "image/jpeg" });
    const carried = new DataTransfer();
    carried.items.add(made);
    input.files = carried.files;
    return made;
  };

  const judge = async () => {
    const mine = ++turn;
    const file = input.files[0];
    show("away", false);
    box.replaceChildren();
    canvas.hidden = true;
    if (!file) return;
    show("looking", true);
    try {
      let sent = file;
      const picture = await createImageBitmap(file).catch(() => null); // no picture: the service says so in words
      if (picture) {
        sent = await smaller(file, picture);
        const small = drawn(picture, 240);
        canvas.width = small.width;
        canvas.height = small.height;
        canvas.getContext("2d").drawImage(small, 0, 0);
        canvas.hidden = false;
      }
      const body = new FormData();
      body.append("csrf", form.elements.csrf.value);
      body.append("portrait", sent, sent.name);
      const answer = await fetch(box.dataset.at, { method: "POST", body, credentials: "same-origin" });
      const words = await answer.text();
      if (mine !== turn) return; // another picture was chosen meanwhile
      if (!answer.ok) throw new Error(String(answer.status));
      box.innerHTML = words;
    } catch {
      if (mine === turn) show("away", true);
    }
    if (mine === turn) show("looking", false);
  };

  input.addEventListener("change", judge);
})();
