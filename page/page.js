(function () {
'use strict';
if (typeof DecompressionStream === 'undefined') {
  const note = document.getElementById('old');
  if (note) note.hidden = false;
  return;
}
const by = id => document.getElementById(id);
function make(tag, cls, text) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
}
async function inflate(id) {
  const bytes = Uint8Array.from(atob(by(id).textContent), c => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}
const severities = ['info', 'low', 'medium', 'high', 'critical'];
const blocks = new Map();
let index, order = [], at = 0, size = 100, current = -1;
const state = {q: '', sev: [], g: ''};
const fields = ['check', 'account', 'region', 'vpc', 'verdict', 'status'];
const labels = {check: 'Check', account: 'Account', region: 'Region', vpc: 'VPC', verdict: 'Internet', status: 'Status'};
const verdicts = {reachable: 'gets in', 'not-reachable': 'stopped', unattached: 'not attached', unknown: 'not known'};
fields.forEach(f => { state[f] = ''; });

const text = (f, i) => index.strings[index[f][i]];
function haystack(i) {
  return (index.id[i] + ' ' + text('message', i) + ' ' + text('check', i) + ' ' + text('name', i) + ' ' + text('group', i) + ' ' + text('search', i)).toLowerCase();
}
let cache;
function matches(i, words) {
  if (state.sev.length && !state.sev.includes(severities[index.severity[i]])) return false;
  for (const f of fields) if (state[f] && text(f, i) !== state[f]) return false;
  if (!words.length) return true;
  const h = cache[i] || (cache[i] = haystack(i));
  return words.every(w => h.includes(w));
}
function filter() {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  order = [];
  for (let i = 0; i < index.id.length; i++) if (matches(i, words)) order.push(i);
  if (state.g) order.sort((a, b) => {
    const x = key(a), y = key(b);
    return x < y ? -1 : x > y ? 1 : a - b;
  });
  at = 0;
}
function key(i) {
  if (state.g === 'severity') return String(9 - index.severity[i]);
  if (state.g === 'group') return text('name', i) + ' ' + text('group', i);
  return text(state.g, i);
}
function heading(i) {
  if (state.g === 'severity') return severities[index.severity[i]];
  if (state.g === 'group') return text('name', i) + ' (' + text('group', i) + ')';
  return text(state.g, i) || 'none';
}
async function detail(i) {
  const n = Math.floor(i / index.block);
  if (!blocks.has(n)) blocks.set(n, inflate('c' + n));
  return (await blocks.get(n))[i % index.block];
}
function pre(lines, copies) {
  const box = make('div');
  const p = make('pre', '', lines.join('\n'));
  if (copies) {
    const b = make('button', 'copy', 'Copy');
    b.type = 'button';
    b.addEventListener('click', () => copy(p, b));
    box.append(b);
  }
  box.append(p);
  return box;
}
async function copy(p, b) {
  try {
    await navigator.clipboard.writeText(p.textContent);
  } catch (e) {
    const range = document.createRange();
    range.selectNodeContents(p);
    const s = getSelection();
    s.removeAllRanges();
    s.addRange(range);
    document.execCommand('copy');
  }
  b.textContent = 'Copied';
  by('say').textContent = 'Copied';
}
function list(tag, items) {
  const l = make(tag);
  items.forEach(t => l.append(make('li', '', t)));
  return l;
}
async function fill(d, i) {
  const inside = d.querySelector('.inside');
  if (inside.dataset.filled) return;
  inside.dataset.filled = 'yes';
  const f = await detail(i);
  inside.textContent = '';
  if (f.why.length) { inside.append(make('h3', '', 'Why: ' + (verdicts[text('verdict', i)] || text('verdict', i))), list('ol', f.why)); }
  if (f.fix) inside.append(make('h3', '', 'Fix'), make('p', '', f.fix));
  if (f.commands.length) inside.append(pre(f.commands, true));
  if (f.terraform) {
    const t = make('details');
    t.append(make('summary', '', 'Terraform'), pre([f.terraform], true));
    inside.append(t);
  }
  if (f.undo.length) { inside.append(make('h3', '', 'Undo'), pre(f.undo, true)); }
  if (f.proof.length) inside.append(make('h3', '', 'Proof'), list('ul', f.proof));
  if (f.notes.length) inside.append(make('h3', '', 'Before you change it'), list('ul', f.notes));
  const facts = [['Check', text('check', i)], ['Base severity', f.base], ['VPC', text('vpc', i)], ['Rule ids', f.rules.join(', ')], ['References', f.references.join(', ')], ['First seen', f.since], ['Accepted because', f.reason]];
  const dl = make('p', 'dim', facts.filter(x => x[1]).map(x => x[0] + ': ' + x[1]).join(' · '));
  inside.append(dl);
  const links = make('p');
  if (by(text('group', i))) { const a = make('a', '', 'The group ' + text('name', i)); a.href = '#' + text('group', i); links.append(a, ' '); }
  if (f.console) { const a = make('a', '', 'AWS console'); a.href = f.console; a.rel = 'noreferrer'; links.append(a); }
  inside.append(links, make('p', 'dim', 'sgaudit explain ' + index.id[i]));
}
function row(i) {
  const s = severities[index.severity[i]];
  const d = make('details', 'f ' + s);
  d.id = 'f-' + index.id[i];
  const sum = make('summary');
  sum.append(make('span', 'sev ' + s, s));
  const m = make('span', 'msg');
  const b = make('bdi', '', text('name', i));
  m.append(b, text('name', i) ? ': ' : '', make('bdi', '', text('message', i)));
  sum.append(m);
  if (text('baseline', i) === 'new') sum.append(make('span', 'mark', 'NEW'));
  if (text('status', i) === 'suppressed') sum.append(make('span', 'mark', 'suppressed'));
  sum.append(make('span', 'where', (verdicts[text('verdict', i)] || '') + ' · ' + text('region', i) + ' · ' + index.id[i].slice(0, 8)));
  d.append(sum, make('div', 'inside', ''));
  d.addEventListener('toggle', () => { if (d.open) fill(d, i); });
  return d;
}
function draw(openFirst) {
  const box = by('list');
  box.textContent = '';
  current = -1;
  let last;
  for (const i of order.slice(at, at + size)) {
    if (state.g) {
      const h = heading(i);
      if (h !== last) box.append(make('p', 'group-head', h));
      last = h;
    }
    box.append(row(i));
  }
  if (openFirst && box.querySelector('details.f')) box.querySelector('details.f').open = true;
  by('count').textContent = order.length + ' of ' + index.id.length;
  by('pages').hidden = order.length <= size;
  by('pages-at').textContent = (at + 1) + '–' + Math.min(order.length, at + size);
  by('clear').hidden = !(state.q || state.sev.length || fields.some(f => state[f]) || state.g);
}
function fragment() {
  const parts = [];
  if (state.sev.length) parts.push('sev:' + state.sev.join('|'));
  fields.forEach(f => { if (state[f]) parts.push(f + ':' + encodeURIComponent(state[f])); });
  if (state.q) parts.push('q:' + encodeURIComponent(state.q));
  let h = parts.length ? 'f=' + parts.join(',') : '';
  if (state.g) h += (h ? '&' : '') + 'g=' + state.g;
  return h;
}
function keep() { history.replaceState(null, '', '#' + fragment()); }
function read(hash) {
  state.q = ''; state.sev = []; state.g = '';
  fields.forEach(f => { state[f] = ''; });
  for (const part of hash.split('&')) {
    if (part.startsWith('g=')) { const g = part.slice(2); if (groupings.includes(g)) state.g = g; }
    if (!part.startsWith('f=')) continue;
    for (const item of part.slice(2).split(',')) {
      const k = item.slice(0, item.indexOf(':'));
      let v = item.slice(item.indexOf(':') + 1);
      try { v = decodeURIComponent(v); } catch (e) { continue; }
      if (k === 'sev') state.sev = v.split('|').filter(x => severities.includes(x));
      else if (k === 'q') state.q = v;
      else if (fields.includes(k)) state[k] = v;
    }
  }
}
const groupings = ['severity', 'check', 'group', 'account', 'region'];
const controls = {};
function tools() {
  const t = by('tools');
  t.hidden = false;
  const q = make('input');
  q.type = 'search'; q.placeholder = 'Search name, id, address, port, check'; q.setAttribute('aria-label', 'Search findings');
  q.addEventListener('input', () => { state.q = q.value; apply(); });
  controls.q = q;
  t.append(q);
  const select = (name, label, values, shown, onchange) => {
    const s = make('select');
    s.setAttribute('aria-label', label);
    const any = make('option', '', label + ': all');
    any.value = '';
    s.append(any);
    values.forEach(v => { const o = make('option', '', shown ? shown(v) : v); o.value = v; s.append(o); });
    s.addEventListener('change', () => { onchange(s.value); apply(); });
    controls[name] = s;
    if (values.length > 1) t.append(s);
  };
  select('sev', 'Severity', severities.slice().reverse(), null, v => { state.sev = v ? [v] : []; });
  fields.forEach(f => {
    const values = [...new Set(index[f])].map(i => index.strings[i]).filter(Boolean).sort();
    select(f, labels[f], values, f === 'verdict' ? (v => verdicts[v] || v) : null, v => { state[f] = v; });
  });
  const g = make('select');
  g.setAttribute('aria-label', 'Group by');
  [''].concat(groupings).forEach(v => { const o = make('option', '', v ? 'Group by ' + v : 'Not grouped'); o.value = v; g.append(o); });
  g.addEventListener('change', () => { state.g = g.value; apply(); });
  controls.g = g;
  t.append(g);
  const clear = make('button', '', 'Clear');
  clear.id = 'clear'; clear.type = 'button';
  clear.addEventListener('click', () => { read(''); apply(); });
  const count = make('span', 'count');
  count.id = 'count'; count.setAttribute('role', 'status');
  t.append(clear, count);
  const pages = by('pages');
  const step = (label, by1) => { const b = make('button', '', label); b.type = 'button'; b.addEventListener('click', by1); pages.append(b); };
  step('Previous', () => { at = Math.max(0, at - size); draw(); });
  const where = make('span', 'count'); where.id = 'pages-at'; pages.append(where);
  step('Next', () => { if (at + size < order.length) at += size; draw(); });
  step('1,000 a page', () => { size = 1000; at = 0; draw(); });
}
function show() {
  controls.q.value = state.q;
  controls.sev.value = state.sev.length === 1 ? state.sev[0] : '';
  fields.forEach(f => { controls[f].value = state[f]; });
  controls.g.value = state.g;
}
function apply() { filter(); keep(); show(); draw(); by('note').textContent = ''; }
function jump(id, openIt) {
  const i = index.id.findIndex(x => x.startsWith(id));
  if (i < 0) { by('note').textContent = 'This report holds no finding ' + id + '.'; return; }
  let place = order.indexOf(i);
  if (place < 0) {
    read(''); filter(); show();
    place = order.indexOf(i);
    by('note').textContent = 'The filter was cleared to show finding ' + id + '.';
  }
  at = Math.floor(place / size) * size;
  draw();
  const d = by('f-' + index.id[i]);
  if (openIt) d.open = true;
  d.scrollIntoView({block: 'center'});
  d.querySelector('summary').focus({preventScroll: true});
}
function go() {
  const hash = location.hash.slice(1);
  if (hash.startsWith('f-')) { jump(hash.slice(2), true); return; }
  if (hash === '' || hash.startsWith('f=') || hash.startsWith('g=')) {
    read(hash); filter(); show(); draw(hash === '');
    if (hash && by('findings')) by('findings').scrollIntoView();
  }
}
function move(step) {
  const all = [...document.querySelectorAll('#list details.f')];
  if (!all.length) return;
  current = Math.min(all.length - 1, Math.max(0, current + step));
  all.forEach(d => d.classList.remove('now'));
  all[current].classList.add('now');
  all[current].scrollIntoView({block: 'nearest'});
  all[current].querySelector('summary').focus({preventScroll: true});
}
function keys(e) {
  const tag = e.target.tagName;
  if (tag === 'INPUT' || tag === 'SELECT' || tag === 'TEXTAREA' || e.ctrlKey || e.metaKey || e.altKey) return;
  const now = document.querySelector('#list details.now');
  if (e.key === '/') { e.preventDefault(); controls.q.focus(); }
  else if (e.key === 'j') move(1);
  else if (e.key === 'k') move(-1);
  else if (e.key === 'c' && now) { const b = now.querySelector('.copy'); if (b) b.click(); }
  else if (e.key === '?') { const h = by('help'); if (h.open) h.close(); else h.showModal(); }
}
async function vpcPicture(b) {
  b.disabled = true;
  const svg = await inflate(b.dataset.block);
  const doc = new DOMParser().parseFromString(svg, 'image/svg+xml');
  const box = make('div', 'picture');
  box.append(document.importNode(doc.documentElement, true));
  b.parentElement.after(box);
  b.remove();
}
async function start() {
  index = await inflate('ix');
  cache = new Array(index.id.length);
  tools();
  const more = by('more');
  if (more) more.remove();
  document.querySelectorAll('button.vpc').forEach(b => { b.hidden = false; b.addEventListener('click', () => vpcPicture(b)); });
  document.querySelectorAll('.static-copy').forEach(e => e.remove());
  addEventListener('hashchange', go);
  document.addEventListener('keydown', keys);
  addEventListener('beforeprint', () => {
    document.querySelectorAll('#list details.critical, #list details.high').forEach(d => { d.open = true; });
  });
  filter();
  draw(false);
  go();
  if (index.id.length) detail(0); // so that printing finds the gravest ones unpacked
  document.documentElement.dataset.ready = 'yes';
}
start();
})();
