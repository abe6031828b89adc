// Reveal scales a slide to the window; here what is on it is made as large as it fits on the slide.
const WIDTH = 1200;
const HEIGHT = 720;
function fit(slide) {
  for (let zoom = 1.4; zoom > 0.3; zoom -= 0.05) {
    slide.style.zoom = zoom;
    if (slide.scrollHeight * zoom <= HEIGHT && slide.scrollWidth <= slide.clientWidth) return;
  }
}
Reveal.initialize({
  width: WIDTH, height: HEIGHT, margin: 0.05, center: false, hash: true,
  slideNumber: "c/t", transition: "none", plugins: [RevealNotes],
}).then(() => fit(Reveal.getCurrentSlide()));
Reveal.on("slidechanged", (event) => fit(event.currentSlide));
