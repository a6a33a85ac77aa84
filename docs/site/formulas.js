// Formulas: pymdownx.arithmatex leaves \(...\) and \[...\] in elements of the class arithmatex
document.addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll(".arithmatex")) {
    const text = element.textContent.trim()
    const displayMode = text.startsWith("\\[")
    katex.render(text.slice(2, -2), element, {displayMode, throwOnError: true})
  }
})
