package config

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// parseTrusted reads a prefix, exactly as AWS would take it.
func parseTrusted(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if a, bare := netip.ParseAddr(text); bare == nil {
		return p, fmt.Errorf("%q is an address: write %s", text, netip.PrefixFrom(a, a.BitLen()))
	}
	switch {
	case err != nil:
		return p, fmt.Errorf("%q is not a CIDR like 203.0.113.0/24 or 2001:db8::/32", text)
	case p != p.Masked():
		return p, fmt.Errorf("%q has bits behind its mask: write %s", text, p.Masked())
	case p.Addr().Is4In6():
		return p, fmt.Errorf("%q is an IPv4 CIDR written as IPv6: write it as IPv4", text)
	}
	return p, nil
}

func parsePublicPort(text string) (inventory.Traffic, error) {
	t, err := inventory.ParseTraffic(text)
	switch {
	case err != nil || !t.HasPorts() || t.Protocol == inventory.AllProtocols:
		return t, fmt.Errorf("%q is not a port like tcp/443 or udp/8000-8010", text)
	case t.PortsText() == "all":
		return t, fmt.Errorf("%q are all ports: name those that may be public", text)
	}
	return t, nil
}

func parseAccount(text string) (string, error) {
	if !inventory.IsAccountID(text) {
		return text, fmt.Errorf("%q is not an account id: an id has twelve digits, in quotes if it begins with 0", text)
	}
	return text, nil
}

func checkAccount(text string) error {
	_, err := parseAccount(text)
	return err
}

// parseWord reads a part of a name, which is compared in lower case.
func parseWord(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return text, errors.New("an empty word matches every name")
	}
	return strings.ToLower(text), nil
}

// checkUnless reads the id of a check that the other list does not hold.
func checkUnless(other *[]string, word string) func(string) (string, error) {
	return func(id string) (string, error) {
		if slices.Contains(*other, id) {
			return id, fmt.Errorf("check %q is %s above", id, word)
		}
		return id, checkOrHint(id)
	}
}

// CheckID refuses what is not the id of a check.
func CheckID(id string) error {
	var ids []string
	for _, check := range audit.Checks() {
		if check.ID == id {
			return nil
		}
		ids = append(ids, check.ID)
	}
	hint := "sgaudit checks lists them" // more than forty
	if near := words.Nearest(id, ids); near != "" {
		hint = "did you mean " + near + "?"
	}
	return console.Usage(hint, "unknown check %q", id)
}

// checkOrHint refuses what is not the id of a check, in one short line, as lists of
// mistakes want it.
func checkOrHint(id string) error {
	err := CheckID(id)
	if f, ok := errors.AsType[*console.Failure](err); ok && f.Hint != "" {
		err = fmt.Errorf("unknown check %q: %s", id, f.Hint)
	}
	return err
}

// parseTraffic reads traffic as an exception names it.
func parseTraffic(text string) (inventory.Traffic, error) {
	t, err := inventory.ParseTraffic(text)
	if err != nil {
		return t, fmt.Errorf("%q is not traffic like tcp/22, udp/8000-8010 or all", text)
	}
	return t, nil
}

// ParseDay reads a day like 2030-01-31, in UTC.
func ParseDay(text string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fmt.Errorf("%q is not a day like 2030-01-31", text)
	}
	return day, nil
}
