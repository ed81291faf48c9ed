package cli

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
)

// parsePort reads --port. A number alone, which elsewhere is an IP protocol, is
// refused: a question about port 22 must not be answered about protocol 22. A
// protocol by its number is written like "protocol 47".
func parsePort(text string) (inventory.Traffic, error) {
	text, isProtocol := strings.CutPrefix(text, "protocol ")
	if _, err := strconv.Atoi(text); err == nil && text != "-1" && !isProtocol {
		return inventory.Traffic{}, console.Usage(fmt.Sprintf("write tcp/%s or udp/%s; for an IP protocol by its number write \"protocol 47\"", text, text), "--port %q does not name a protocol", text)
	}
	traffic, err := inventory.ParseTraffic(text)
	if err != nil {
		return inventory.Traffic{}, console.Usage("write it like tcp/22", "--port: %s", err)
	}
	return traffic, nil
}

// chooseRules reads the flags that choose rules; nil stands for all.
func chooseRules(c *urfave.Context) (func(*inventory.Region, *inventory.Group) func(*inventory.Rule) bool, error) {
	var traffic inventory.Traffic
	var wanted inventory.Peer
	var errs []error
	if text := c.String("port"); text != "" {
		var err error
		if traffic, err = parsePort(text); err != nil {
			errs = append(errs, err)
		}
	}
	source := c.String("source")
	switch prefix, isPrefix := parsePrefix(source); {
	case source == "" || source == "any":
	case inventory.IsGroupID(source):
		wanted.Group = &inventory.GroupRef{ID: source}
	case inventory.IsPrefixListID(source):
		wanted.List = source
	case isPrefix:
		wanted.Prefix = prefix
	default:
		errs = append(errs, console.Usage("write it like --source 10.0.0.0/8, --source sg-0123456789abcdef0 or --source any", "--source %q is not a group, a prefix list, an address, a block or any", source))
	}
	if err := console.Combine(append(errs, notEmpty(c, "direction"), checkChoice(c, "direction"))...); err != nil {
		return nil, err
	}
	direction := func(d inventory.Direction) bool {
		return c.String("direction") == "" || (c.String("direction") == "inbound") == (d == inventory.Ingress)
	}
	from := func(r *inventory.Rule) bool {
		switch {
		case source == "":
			return true
		case source == "any":
			return r.Peer.Prefix.IsValid() && r.Peer.Prefix.Bits() == 0
		case wanted.Group != nil:
			return r.Peer.Group != nil && r.Peer.Group.ID == source
		case wanted.List != "":
			return r.Peer.List == source
		}
		return r.Peer.Prefix.IsValid() && r.Peer.Prefix.Overlaps(wanted.Prefix)
	}
	return func(region *inventory.Region, g *inventory.Group) func(*inventory.Rule) bool {
		var open map[*inventory.Rule]bool
		if c.Bool("open") {
			open = openRules(region, g)
		}
		return func(r *inventory.Rule) bool {
			return direction(r.Direction) && from(r) && (c.String("port") == "" || r.Traffic.Overlaps(traffic)) && (open == nil || open[r])
		}
	}, nil
}

// openRules returns the inbound rules with sources that, together with those of the
// group's other rules for the same traffic, hold the whole internet.
func openRules(region *inventory.Region, g *inventory.Group) map[*inventory.Rule]bool {
	index := inventory.NewIndex(region)
	type rules struct {
		prefixes []netip.Prefix
		of       []*inventory.Rule
	}
	sources := map[inventory.Traffic]*rules{}
	add := func(prefix netip.Prefix, r *inventory.Rule) {
		list := sources[r.Traffic]
		if list == nil {
			list = &rules{}
			sources[r.Traffic] = list
		}
		list.prefixes, list.of = append(list.prefixes, prefix), append(list.of, r)
	}
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Direction != inventory.Ingress {
			continue
		}
		if r.Peer.Prefix.IsValid() {
			add(r.Peer.Prefix, r)
		}
		for _, entry := range index.Entries(r.Peer.List) {
			add(entry, r)
		}
	}
	open := map[*inventory.Rule]bool{}
	for _, list := range sources {
		for i, public := range cidr.Public(list.prefixes) {
			if public {
				open[list.of[i]] = true
			}
		}
	}
	return open
}
