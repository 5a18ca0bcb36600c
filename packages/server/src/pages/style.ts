// The one style sheet, inlined in every page and allowed by its hash. Holds no `&`, `<` or `"`: rendering would alter them.

export const style: string = `
:root {
  color-scheme: light dark;
  --ground: #f6f1e9; --card: #fffdf9; --ink: #241c15; --soft: #665a4e; --line: #ddd2c3; --field: #93826f;
  --clay: #9a3f1d; --clay-deep: #7d3115; --on-clay: #fff9f3; --tint: #f5e4d9; --alarm: #8f1d1d; --alarm-tint: #fbe6e2;
  --shadow: 0 1px 2px rgb(60 40 20 / 7%), 0 10px 30px -14px rgb(60 40 20 / 22%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #17130f; --card: #211b16; --ink: #f1e8dd; --soft: #b8aa9a; --line: #3b3128; --field: #7d6e5f;
    --clay: #eb9a73; --clay-deep: #f5b292; --on-clay: #2a1208; --tint: #3a251b; --alarm: #ffb4a6; --alarm-tint: #43201b;
    --shadow: none;
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; }
body {
  min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
h1, h2, .name { font-family: 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif; font-weight: 600; }
h1 { font-size: clamp(1.9rem, 1.3rem + 2.6vw, 2.9rem); line-height: 1.12; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.25; }
a { color: var(--clay); text-underline-offset: 0.2em; }
a:hover { color: var(--clay-deep); }
:focus-visible { outline: 3px solid var(--clay); outline-offset: 2px; border-radius: 4px; }

.top, main, .foot { width: 100%; max-width: 62rem; margin-inline: auto; padding-inline: clamp(1.1rem, 4vw, 2rem); }
.top { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding-block: 1.4rem; }
.name { display: flex; align-items: center; gap: 0.6rem; font-size: 1.25rem; color: var(--ink); text-decoration: none; }
.name:hover { color: var(--ink); }
.name svg { width: 1.9rem; height: 1.9rem; color: var(--clay); }
.state { font-size: 0.875rem; color: var(--soft); display: flex; align-items: center; gap: 0.5rem; white-space: nowrap; }
.state::before { content: ''; width: 0.6rem; height: 0.6rem; border-radius: 50%; border: 2px solid var(--field); }
.state.in::before { background: #3f8f4f; border-color: #3f8f4f; }
main { flex: 1; padding-block: clamp(1rem, 4vw, 2.5rem) 3rem; }
.lead { margin-top: 0.9rem; max-width: 42rem; font-size: 1.1rem; color: var(--soft); }
.foot { padding-block: 1.2rem 2rem; display: flex; flex-wrap: wrap; gap: 0.3rem 1.5rem; font-size: 0.875rem; color: var(--soft); }

.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.4rem; margin-top: 2rem; }
.cards.one { max-width: 30rem; }
.cards.wide { grid-template-columns: 1fr; }
.card {
  min-width: 0; padding: clamp(1.2rem, 3vw, 1.8rem); background: var(--card); border: 1px solid var(--line);
  border-radius: 14px; box-shadow: var(--shadow);
}
.card > h2 + * { margin-top: 1.1rem; }
.note { font-size: 0.9rem; color: var(--soft); }

form { display: grid; gap: 1.1rem; }
.field { display: grid; gap: 0.35rem; }
label, legend { font-weight: 600; font-size: 0.95rem; }
input[type='text'], input[type='password'] {
  width: 100%; padding: 0.7rem 0.8rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--field); border-radius: 8px;
}
.hint { font-size: 0.875rem; color: var(--soft); }
fieldset { border: 0; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 0.45rem; }
.mode {
  display: grid; grid-template-columns: auto 1fr; gap: 0 0.7rem; padding: 0.6rem 0.8rem; border: 1px solid var(--line);
  cursor: pointer; font-weight: 400;
}
.mode + .mode { border-top: 0; }
.mode:first-of-type { border-radius: 8px 8px 0 0; }
.mode:last-of-type { border-radius: 0 0 8px 8px; }
.mode:has(:checked) { background: var(--tint); }
.mode input { grid-row: span 2; margin-top: 0.3rem; width: 1.05rem; height: 1.05rem; accent-color: var(--clay); }
.mode strong { font-weight: 600; }
.mode span { font-size: 0.875rem; line-height: 1.4; color: var(--soft); }
button, .button {
  padding: 0.75rem 1.3rem; font: inherit; font-weight: 600; color: var(--on-clay); background: var(--clay); border: 1px solid var(--clay);
  border-radius: 8px; cursor: pointer;
}
button:hover, .button:hover { background: var(--clay-deep); border-color: var(--clay-deep); }
.button { display: inline-block; margin-top: 1.6rem; text-decoration: none; text-align: center; }
.button:hover { color: var(--on-clay); }
.alert { padding: 0.8rem 1rem; color: var(--alarm); background: var(--alarm-tint); border-left: 4px solid var(--alarm); border-radius: 6px; font-weight: 500; }
.leave { justify-items: start; margin-top: 1.4rem; }

dl { display: grid; grid-template-columns: max-content 1fr; }
dt, dd { padding-block: 0.6rem; border-top: 1px solid var(--line); min-width: 0; }
dt:first-of-type, dt:first-of-type + dd { border-top: 0; padding-top: 0; }
dt { padding-right: 2rem; color: var(--soft); }
dd { overflow-wrap: anywhere; }
dd time { margin-left: 0.7rem; }
.aside { display: block; }
.aside, .fine { font-size: 0.875rem; color: var(--soft); }
code, pre { font-family: ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.9em; overflow-wrap: anywhere; }
pre {
  padding: 0.8rem 1rem; white-space: pre-wrap; background: var(--ground); border: 1px solid var(--line);
  border-radius: 8px; font-size: 0.8rem; user-select: all;
}
.badge { display: inline-block; padding: 0.05rem 0.6rem; font-size: 0.875rem; font-weight: 600; color: var(--clay); background: var(--tint); border-radius: 99px; }
ul { list-style: none; padding: 0; }
li { padding-block: 0.7rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
li:first-child { border-top: 0; padding-top: 0; }
li:last-child { padding-bottom: 0; }
summary { cursor: pointer; font-weight: 600; color: var(--clay); width: fit-content; }
* + details { margin-top: 1rem; }
details > * + * { margin-top: 0.9rem; }
details h3 { font-size: 0.95rem; margin-bottom: -0.4rem; }

@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; }
  dt { padding: 0.7rem 0 0; font-size: 0.875rem; }
  dd, dt:first-of-type + dd { border-top: 0; padding: 0 0 0.7rem; }
  dd time { display: block; margin-left: 0; }
  button, .button { width: 100%; }
  .leave { justify-items: stretch; }
}
`
