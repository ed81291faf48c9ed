let groups, shownGroups = [], groupsAt = 0, drawings = 0;
const groupNumber = new Map(); // by id
const details = new Map(); // blocks of groups, and of their pictures

const narrow = () => matchMedia('(max-width:640px)').matches;
const hasGroup = id => groupNumber.has(id);
const groupName = id => groups.name[groupNumber.get(id)] + ' (' + id + ')';
function unpack(id) {
  if (!details.has(id)) details.set(id, inflate(id));
  return details.get(id);
}
// drawing makes an element of a picture. Its ids become those of this copy, as
// one picture may stand in the page twice.
function drawing(svg, cls) {
  const root = document.importNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, true);
  const mark = '-' + (++drawings);
  root.querySelectorAll('[id]').forEach(e => { e.id += mark; });
  root.setAttribute('aria-labelledby', root.getAttribute('aria-labelledby').split(' ').map(x => x + mark).join(' '));
  const box = make('div', 'picture ' + cls);
  box.append(root);
  return box;
}
async function focusOf(n) {
  return (await unpack('p' + Math.floor(groups.focus[n] / groups.per_focus)))[groups.focus[n] % groups.per_focus];
}
// place shows beside a finding where its group stands: the group with what it
// allows and what it may connect to, and the way to the picture of its VPC.
async function place(inside, id) {
  const n = groupNumber.get(id);
  if (n === undefined) return;
  const side = make('div', 'place');
  side.append(make('h3', '', 'In the picture'));
  inside.classList.add('placed');
  inside.append(side);
  if (groups.focus[n] >= 0) side.append(drawing(await focusOf(n), 'focus'));
  side.append(toPicture(n));
}
// toPicture is a link to a group in the picture of the accounts, or to the VPC
// where that does not show it.
function toPicture(n) {
  const v = groups.vpc[n], a = make('a');
  const box = by((narrow() ? 'n-' : 'w-') + groups.anchor[n]);
  a.textContent = (box ? 'Show in the picture of all: ' : 'Open the picture of ') + groups.vpcs[v];
  a.href = '#' + (box ? box.id : groups.anchors[v]);
  const p = make('p');
  p.append(a);
  return p;
}
async function fillGroup(inside, n) {
  if (inside.dataset.filled) return;
  inside.dataset.filled = 'yes';
  const g = (await unpack('g' + Math.floor(n / groups.block)))[n % groups.block];
  const words = make('div', 'text');
  inside.textContent = '';
  inside.append(words);
  words.append(make('p', 'dim', g.facts));
  if (g.doors) {
    const l = make('ul');
    g.doors.forEach(d => l.append(make('li', d.severity, d.text)));
    words.append(make('h3', '', 'Allows'), l);
  } else words.append(make('p', '', 'It allows no inbound traffic.'));
  if (g.reaches) words.append(make('h3', '', 'May connect to'), list('ul', g.reaches));
  const links = make('p', 'row');
  (g.findings || []).forEach(id => { const a = make('a', '', 'finding ' + id); a.href = '#f-' + id; links.append(a); });
  if (g.console) { const a = make('a', '', 'AWS console'); a.href = g.console; a.rel = 'noreferrer'; links.append(a); }
  words.append(links);
  place(inside, groups.id[n]);
}
function groupRow(n) {
  const d = make('details', 'g'), sum = make('summary'), m = make('span', 'msg'), b = make('b');
  d.id = groups.id[n];
  b.append(make('bdi', '', groups.name[n]));
  m.append(b, ' ', make('code', '', groups.id[n]));
  sum.append(m);
  const s = severities[groups.severity[n]];
  if (groups.findings[n]) sum.append(make('span', s, s));
  sum.append(make('span', 'where', groups.vpcs[groups.vpc[n]]));
  const inside = make('div', 'inside');
  d.append(sum, inside);
  d.addEventListener('toggle', () => { if (d.open) fillGroup(inside, n); });
  return d;
}
function drawGroups() {
  const box = by('group-list');
  box.textContent = '';
  shownGroups.slice(groupsAt, groupsAt + 100).forEach(n => box.append(groupRow(n)));
  by('group-count').textContent = shownGroups.length + ' of ' + groups.id.length;
  by('group-pages').hidden = shownGroups.length <= 100;
  by('group-pages-at').textContent = (groupsAt + 1) + '–' + Math.min(shownGroups.length, groupsAt + 100);
}
function filterGroups(q) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  shownGroups = [];
  for (let n = 0; n < groups.id.length; n++) {
    const h = (groups.id[n] + ' ' + groups.name[n] + ' ' + groups.vpcs[groups.vpc[n]]).toLowerCase();
    if (words.every(w => h.includes(w))) shownGroups.push(n);
  }
  groupsAt = 0;
}
// narrowPictures puts the pictures for narrow pages into the page, if they came
// as a block: when the page is narrow, and before it is printed.
async function narrowPictures() {
  if (!by('nw')) return;
  const svgs = await inflate('nw'), box = document.querySelector('#picture .picture.narrow');
  const draw = () => {
    if (box.firstChild) return;
    svgs.forEach(svg => box.append(document.importNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, true)));
    document.querySelector('#picture .picture.wide').classList.remove('keep');
  };
  if (narrow()) draw();
  matchMedia('(max-width:640px)').addEventListener('change', e => { if (e.matches) draw(); });
  addEventListener('beforeprint', draw);
}
// goPlace goes to a group, a VPC or a box of a picture, and reports whether the
// fragment names one.
function goPlace(hash) {
  if (hasGroup(hash)) {
    const n = groupNumber.get(hash);
    if (!shownGroups.includes(n)) { by('group-search').value = ''; filterGroups(''); }
    groupsAt = Math.floor(shownGroups.indexOf(n) / 100) * 100;
    if (!by(hash)) drawGroups();
  }
  const target = by(hash);
  if (!target || !target.matches('details.g, details.v, svg g')) return false;
  if (target.tagName === 'DETAILS') target.open = true;
  document.querySelectorAll('svg g.here').forEach(e => e.classList.remove('here'));
  if (target.tagName === 'g') target.classList.add('here');
  target.scrollIntoView({block: target.tagName === 'g' ? 'center' : 'start'});
  return true;
}
async function startPlaces() {
  if (!by('gx')) return;
  groups = await inflate('gx');
  groups.id.forEach((id, n) => groupNumber.set(id, n));
  const t = by('group-tools'), q = make('input'), count = make('span', 'count'), more = by('more-groups'), pages = by('group-pages');
  if (more) more.remove();
  t.hidden = false;
  q.type = 'search'; q.id = 'group-search'; q.placeholder = 'Search name, id, VPC';
  q.setAttribute('aria-label', 'Search security groups');
  q.addEventListener('input', () => { filterGroups(q.value); drawGroups(); });
  count.id = 'group-count'; count.setAttribute('role', 'status');
  t.append(q, count);
  const step = (label, by1) => { const b = make('button', '', label); b.type = 'button'; b.addEventListener('click', () => { groupsAt = Math.max(0, Math.min(groupsAt + by1, Math.floor((shownGroups.length - 1) / 100) * 100)); drawGroups(); }); pages.append(b); };
  step('Previous', -100);
  const where = make('span', 'count'); where.id = 'group-pages-at'; pages.append(where);
  step('Next', 100);
  filterGroups('');
  drawGroups();
  narrowPictures();
  document.querySelectorAll('details.v[data-block]').forEach(d => d.addEventListener('toggle', async () => {
    if (!d.open || d.dataset.filled) return;
    d.dataset.filled = 'yes';
    const both = await inflate(d.dataset.block);
    d.querySelector('.inside').append(drawing(both[narrow() ? 1 : 0], 'one'));
  }));
}
