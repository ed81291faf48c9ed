package usage

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// judge is one run of Judge.
type judge struct {
	summary  *flows.Summary
	options  *Options
	report   *Report
	sites    []*site
	homes    map[string]*site   // by group: see shareInterfaces
	owners   map[string]*holder // by id, of all interfaces of the inventory: see shareInterfaces
	within   map[string][]*site // by VPC: those that have interfaces in it
	accounts map[string]bool    // of the inventory
	own      byPlace[bool]      // private and public addresses of all interfaces of the inventory, in no VPC
	gone     map[goneKey][]goneFlow
	loose    map[looseKey]*tally
	covers   map[*inventory.Interface]*Interface
	accepted map[string]int64 // by id of an interface: when the first of its records of accepted traffic begins, in Unix seconds
}

// holder is an interface with its region.
type holder struct {
	site *site
	e    *inventory.Interface
}

// hit is the part of one row that a rule allowed.
type hit struct {
	traffic inventory.Traffic
	remote  netip.Prefix
	first   int64
	last    int64
	answer  bool
	attempt bool // nothing but attempts from the internet that got no answer
	either  bool // of a protocol without ports: the records never say who opened the connection
	unclear bool // the records do not say who opened the connection
	flagged bool // the TCP flags of a record say who opened the connection
	at      *holder
}

func newJudge(inv *inventory.Inventory, s *flows.Summary, o *Options) *judge {
	j := &judge{
		summary: s, options: o, report: &Report{Notes: s.Notes},
		homes: map[string]*site{}, owners: map[string]*holder{}, within: map[string][]*site{}, accounts: map[string]bool{},
		gone: map[goneKey][]goneFlow{}, loose: map[looseKey]*tally{}, covers: map[*inventory.Interface]*Interface{},
		accepted: map[string]int64{},
	}
	j.report.First, j.report.Last = window(s, o)
	total := 0
	for _, r := range inv.Regions {
		for i := range r.Groups {
			total += len(r.Groups[i].Rules)
		}
	}
	j.report.Rules = make([]Rule, 0, total)
	for _, r := range inv.Regions {
		st := newSite(r)
		j.sites = append(j.sites, st)
		j.accounts[r.AccountID] = true
		for i := range r.Groups {
			g := &r.Groups[i]
			if home := j.homes[g.ID]; home == nil || home.region.AccountID != g.Owner && r.AccountID == g.Owner {
				j.homes[g.ID] = st
			}
			for k := range g.Rules {
				j.report.Rules = append(j.report.Rules, Rule{Region: r, Group: g, Rule: &g.Rules[k]})
				st.rules[g.ID] = append(st.rules[g.ID], &j.report.Rules[len(j.report.Rules)-1])
			}
		}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			j.addOwn(e)
			if h := j.owners[e.ID]; h == nil || h.site.region.AccountID != e.Account && r.AccountID == e.Account {
				j.owners[e.ID] = &holder{st, e}
			}
		}
	}
	j.shareInterfaces()
	return j
}

// addOwn adds the addresses of an interface to those of the inventory.
func (j *judge) addOwn(e *inventory.Interface) {
	for p := range e.Private() {
		j.own.put("", p, true)
	}
	for _, a := range e.PublicIPv4() {
		j.own.put("", netip.PrefixFrom(a, a.BitLen()), true)
	}
}
