// The body of an async function that looks at the study's page in a browser, and returns what it finds.
const LIGHT = 0.05;

function luminance(color) {
  const [r, g, b] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(color) {
  return color.match(/[\d.]+/g).map(Number);
}

function background(element) {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
    if (alpha > 0) return [r, g, b];
  }
  return [255, 255, 255];
}

// The contrast of a text with its background, as WCAG 2 defines it.
function contrast(element) {
  const behind = background(element);
  const [high, low] = [luminance(parse(getComputedStyle(element).color).slice(0, 3)), luminance(behind)].sort((a, b) => b - a);
  return (high + LIGHT) / (low + LIGHT);
}

function widths() {
  return { window: document.documentElement.clientWidth, page: document.documentElement.scrollWidth };
}

const all = (selector) => [...document.querySelectorAll(selector)];
const box = (element) => element.getBoundingClientRect();

const found = { closed: widths() };
for (const details of all("details")) details.open = true;
found.open = widths();
await Promise.all(all("img").map((image) => image.decode().catch(() => null)));
found.images = all("img").map((image) => ({ alt: image.alt, pixels: image.naturalWidth, width: box(image).width }));
found.headings = all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1]));
found.contrasts = all("body *").filter((element) => element.getClientRects().length &&
  [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
).map((element) => [contrast(element), element.tagName, element.textContent.slice(0, 40)]);
found.decides = all("table:not(.facts)").map(
  (table) => box(table.rows[0].lastElementChild).right <= box(table.parentElement).right + 1);
found.focused = all("a, summary, [role=region]").every((element) => element.tabIndex >= 0);
found.unnamed = all("a, [role=region]").filter((element) => !(element.ariaLabel || element.textContent.trim())).length;
const figure = document.querySelector("figure");
figure.querySelector(".whole").click();
await new Promise((done) => setTimeout(done, 100));
found.enlarged = { image: box(figure.querySelector("img")).width, box: box(figure.querySelector(".whole")).width,
  close: box(figure.querySelector(".close")).width };
figure.querySelector(".close").click();
await new Promise((done) => setTimeout(done, 100));
found.again = box(figure.querySelector("img")).width;
return found;
