// Reveal scales a slide to the window; here what is on it is made as large as it fits on the slide.
const WIDTH = 1200;
const HEIGHT = 720;
function enlarge(slide) {
  for (let zoom = 1.4; zoom > 0.3; zoom -= 0.05) {
    slide.style.zoom = zoom;
    if (slide.scrollHeight * zoom <= HEIGHT && slide.scrollWidth <= slide.clientWidth) return zoom;
  }
  return 0.3;
}
// If code and what it shows would have to be small together, they take turns on the slide.
function fit(slide) {
  slide.classList.remove("crowded", "answered");
  const result = slide.querySelector(".fragment");
  if (enlarge(slide) > 0.8 || !result) return;
  slide.classList.add("crowded");
  slide.classList.toggle("answered", result.classList.contains("visible"));
  enlarge(slide);
}
Reveal.initialize({
  width: WIDTH, height: HEIGHT, margin: 0.05, center: false, hash: true,
  slideNumber: "c/t", transition: "none", plugins: [RevealNotes],
}).then(() => fit(Reveal.getCurrentSlide()));
Reveal.on("slidechanged", (event) => fit(event.currentSlide));
for (const change of ["fragmentshown", "fragmenthidden"]) {
  Reveal.on(change, () => fit(Reveal.getCurrentSlide()));
}
