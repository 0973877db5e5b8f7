// Several chip files chosen or dropped at once go each to the field of its name. Without script each has its own field.
const many = document.getElementById("many");
const all = document.getElementById("all");
if (many && all) {
  many.hidden = false;
  all.addEventListener("change", () => {
    for (const file of all.files) {
      const field = document.getElementById(file.name);
      if (field) {
        const one = new DataTransfer();
        one.items.add(file);
        field.files = one.files;
      }
    }
  });
}
