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

// isAttempt reports whether a row holds nothing but attempts from the internet to open a
// TCP connection, none of which got an answer: the TCP flags show a SYN in each record of
// its direction, and nothing came back but refusals. Scanners send these to every port
// that is open. Interfaces of the inventory may have public addresses: these do not count, and
// neither do those of the VPC of the interface and of its peers.
func (j *judge) isAttempt(at *holder, f *flows.Flow) bool {
	if f.Direction != inventory.Ingress || f.Protocol != inventory.TCP || f.Opened == 0 || f.Opened != f.Forward() || f.Answered() || !at.site.internet(at.e.VPC, f.Remote) {
		return false
	}
	if f.Remote.IsSingleIP() {
		return !j.own.has("", f.Remote.Addr())
	}
	for at := range j.own.values {
		if f.Remote.Overlaps(at.block) {
			return false
		}
	}
	return true
}

// withoutAttempts divides hits into those that no proposal may cut, and attempts that got
// no answer.
func withoutAttempts(hits []hit) (kept, attempts []hit) {
	for i := range hits {
		if hits[i].attempt {
			attempts = append(attempts, hits[i])
		} else {
			kept = append(kept, hits[i])
		}
	}
	return kept, attempts
}

// LeftOutText says which addresses the narrower rules leave out, or nothing. An address
// that is a source of one of them is not left out, whatever other ports it tried.
func (n *Narrow) LeftOutText() string {
	var list []string
	single := 0
	seen := map[netip.Prefix]bool{}
	for i := range n.LeftOut {
		for _, p := range n.LeftOut[i].Remotes {
			if seen[p] || n.hasSource(p) {
				continue
			}
			seen[p] = true
			list = append(list, AddressText(p))
			if p.IsSingleIP() {
				single++
			}
		}
	}
	if len(list) == 0 {
		return ""
	}
	names := words.List(list, mostLeftOut)
	switch blocks := len(list) - single; {
	case len(list) == 1 && blocks == 0:
		return "1 address that never got an answer is left out: " + names
	case blocks == 0:
		return fmt.Sprintf("%d addresses that never got an answer are left out: %s", single, names)
	case single == 0:
		return fmt.Sprintf("addresses in %s that never got an answer are left out: %s", words.Count(blocks, "block"), names)
	default:
		return fmt.Sprintf("%s, and others in %s, that never got an answer are left out: %s", words.Count(single, "address"), words.Count(blocks, "block"), names)
	}
}

// hasSource reports whether the source of one of the rules holds all of a block.
func (n *Narrow) hasSource(p netip.Prefix) bool {
	return slices.ContainsFunc(n.Rules, func(r inventory.Rule) bool {
		return r.Peer.Prefix.IsValid() && cidr.Contains(r.Peer.Prefix, p)
	})
}

// mostLeftOut is how many addresses that are left out one text names.
const mostLeftOut = 3
