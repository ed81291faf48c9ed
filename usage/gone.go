package usage

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// goneKey is the traffic of a rule that may have allowed a row of an interface that is
// gone.
type goneKey struct {
	direction inventory.Direction
	protocol  inventory.Protocol
}

type goneFlow struct {
	iface   string
	account string // that the inventory does not hold; empty: one of its own
	traffic inventory.Traffic
	remote  netip.Prefix
	first   int64 // when it was seen first, in Unix seconds
}

// maxGone bounds the rows of interfaces that are gone which are kept. What is beyond
// them is kept as every address.
const maxGone = 20000

// attributeGone keeps the rows of an interface that the inventory does not hold. If
// it is of an account of the inventory, then it was deleted since, or came later: a
// rule that allows its traffic may have been used on it. So may a rule of a group that is
// shared with another account, if the interface is of that one (Amazon VPC user guide,
// share security groups): a flow log of a VPC records the interfaces of its participants.
func (j *judge) attributeGone(rows []flows.Flow) {
	account := ""
	if e := j.summary.Interface(rows[0].Interface); e != nil && e.Account != "" && e.Account != "unknown" && !j.accounts[e.Account] {
		j.report.Foreign += uint64(len(rows))
		if !e.Here {
			return
		}
		account = e.Account
	}
	for i := range rows {
		f := &rows[i]
		if f.Rejected {
			continue
		}
		if f.Certainty != flows.Unlikely && account == "" {
			j.tally(goneInterface, f)
		}
		key := goneKey{f.Direction, f.Protocol}
		g := goneFlow{f.Interface, account, f.Traffic(), f.Remote, j.began(f)}
		if list := j.gone[key]; len(list) >= maxGone {
			last := &list[len(list)-1]
			last.traffic = widest(f.Protocol)
			last.remote = netip.Prefix{}
			if account != last.account {
				last.account = ""
			}
			continue
		}
		j.gone[key] = append(j.gone[key], g)
	}
}

func widest(p inventory.Protocol) inventory.Traffic {
	switch p {
	case inventory.TCP, inventory.UDP:
		return inventory.Ports(p, 0, inventory.MaxPort)
	case inventory.ICMP, inventory.ICMPv6:
		return inventory.Traffic{Protocol: p, First: inventory.Any, Last: inventory.Any}
	}
	return inventory.Traffic{Protocol: p}
}

// usedOnGone says on which interface that the inventory does not hold a rule may have
// allowed something, or nothing. The text calls the rule as the caller does.
func (j *judge) usedOnGone(s *site, r *Rule, rule string) string {
	for key, list := range j.gone {
		if key.direction != r.Rule.Direction || r.Rule.Traffic.Protocol != inventory.AllProtocols && r.Rule.Traffic.Protocol != key.protocol {
			continue
		}
		for i := range list {
			g := &list[i]
			if !r.Rule.Traffic.Overlaps(g.traffic) || g.account != "" && !s.sharable(r.Group) {
				continue
			}
			if !g.remote.IsValid() || j.peer(s, &inventory.Interface{VPC: r.Group.VPC}, &r.Rule.Peer, g.remote) != no || j.goneMember(&r.Rule.Peer, g.remote, g.first, true) {
				if g.account != "" {
					return fmt.Sprintf("interface %s of account %s, which the inventory does not hold, had traffic that %s allows: the group may be shared with that account", g.iface, words.Plain(g.account), rule)
				}
				return "interface " + g.iface + " is not in the inventory (deleted, or newer than it), and had traffic that " + rule + " allows"
			}
		}
	}
	return ""
}

// goneMember reports whether the peer of a rule is a reference to a group, and a remote
// address may be the one that a member of that group had when it was first seen: it lies in
// the group's VPC, and no interface there has it today, or one that is newer than that. The
// member was deleted since, or is newer than the inventory. Of a block it is enough that a
// part of it lies in the VPC. Unrecorded says whether an interface of which there are no
// records may be newer too.
func (j *judge) goneMember(p *inventory.Peer, remote netip.Prefix, first int64, unrecorded bool) bool {
	if p.Group == nil {
		return false
	}
	home := j.homes[p.Group.ID]
	if home == nil {
		return false // reference judges it
	}
	id := home.index.Group(p.Group.ID).VPC
	if !home.mayHold(id, remote) {
		return false
	}
	if !remote.IsSingleIP() {
		return true
	}
	since, taken := j.taken(home, id).at("", remote.Addr())
	return !taken || since > first && (since < never || unrecorded)
}

// mayHold reports whether interfaces of a VPC may have addresses of a block.
func (s *site) mayHold(vpc string, block netip.Prefix) bool {
	v := s.index.VPC(vpc)
	if v == nil || len(v.Prefixes) == 0 {
		return mayBeOfVPC(block)
	}
	return slices.ContainsFunc(v.Prefixes, block.Overlaps)
}

// mayBeOfVPC reports whether an interface of a VPC with blocks that are not known may have
// an address: IPv6 addresses of VPCs are those of the internet.
func mayBeOfVPC(block netip.Prefix) bool { return !block.Addr().Is4() || cidr.Private(block) }

// goneMemberText says which traffic a rule may have allowed because of a member that is gone.
func (j *judge) goneMemberText(at *holder, r *Rule, f *flows.Flow) string {
	which := AddressText(f.Remote) + ", which no interface of the inventory has"
	switch {
	case j.own.has("", f.Remote.Addr()) && f.Remote.IsSingleIP():
		which = AddressText(f.Remote) + ", of which the records do not show that the interface with it today had it then"
	case !f.Remote.IsSingleIP():
		which = "addresses in " + AddressText(f.Remote) + ", some of which no interface of the inventory may have"
	}
	return at.e.Named() + " had " + f.Traffic().String() + way(r.Rule) + which + ": the rule allowed it if an interface of " +
		j.homes[r.Group.ID].index.PeerNamed(r.Rule.Peer) + " that is not in the inventory (deleted, or newer than it) had this address"
}

// goneCut is the cut of a flow that no rule of before allows today, but that one may have
// allowed to a member of a referenced group that is gone, where no rule of after may.
func goneCut(was, is *judge, at, then *holder, f *flows.Flow) (Cut, bool) {
	if f.Certainty == flows.Unlikely || !was.allowedGone(at, f) || is.allowedGone(then, f) {
		return Cut{}, false
	}
	return Cut{
		Region: at.site.region, Interface: at.e, Direction: f.Direction, Traffic: f.Traffic(), Remote: f.Remote,
		Records: f.Records, Last: f.Last, Unsure: true, Attempt: was.isAttempt(at, f),
	}, true
}

// allowedGone reports whether a rule of an interface may have allowed a row to a member of
// the referenced group that is gone.
func (j *judge) allowedGone(at *holder, f *flows.Flow) bool {
	return slices.ContainsFunc(at.e.Groups, func(id string) bool {
		home := j.homes[id]
		return home != nil && slices.ContainsFunc(home.rules[id], func(r *Rule) bool { return j.mayHaveAllowedGone(r, f, true) })
	})
}

// mayHaveAllowedGone reports whether a rule that does not allow a row today may have allowed
// it to a member of the referenced group that is gone.
func (j *judge) mayHaveAllowedGone(r *Rule, f *flows.Flow, unrecorded bool) bool {
	return r.Rule.Direction == f.Direction && r.Rule.Traffic.Overlaps(f.Traffic()) && j.goneMember(&r.Rule.Peer, f.Remote, j.began(f), unrecorded)
}

// sharable reports whether a group may be shared with other accounts: a default group, and
// a group in a VPC of another account, cannot be (Amazon VPC user guide, share security groups).
func (s *site) sharable(g *inventory.Group) bool {
	if g.Default() {
		return false
	}
	vpc := s.index.VPC(g.VPC)
	return vpc == nil || vpc.Owner == "" || vpc.Owner == s.region.AccountID
}
