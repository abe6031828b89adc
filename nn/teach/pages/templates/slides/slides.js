// Reveal scales a slide to the window; here what is on it is made as large as it fits on the slide.
const WIDTH = 1200;
const HEIGHT = 720;
function fits(slide, zoom) {
  slide.style.zoom = zoom;
  return slide.scrollHeight * zoom <= HEIGHT && slide.scrollWidth <= slide.clientWidth;
}
// Lines of code and of tables break, and a long listing gets two columns, only where they would
// otherwise be too small for the back row.
const WAYS = [[[], 0.9], [["breaks"], 0.7], [["breaks", "columns"], 0.3]];
function enlarge(slide) {
  for (const [classes, smallest] of WAYS) {
    slide.classList.remove("breaks", "columns");
    slide.classList.add(...classes);
    for (let zoom = 1.4; zoom >= smallest; zoom -= 0.05) if (fits(slide, zoom)) return;
  }
}
// If code and what it shows would have to be small together, they take turns on the slide.
function fit(slide) {
  slide.classList.remove("crowded", "answered");
  slide.classList.add("breaks");
  const result = slide.querySelector(".fragment");
  if (result && !fits(slide, 1)) {
    slide.classList.add("crowded");
    slide.classList.toggle("answered", result.classList.contains("visible"));
  }
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
