package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// explainPort explains traffic such as tcp/22. It returns nothing for what is
// not traffic, and an error for traffic with ports that do not exist. The source is the
// flag of the account, with a space before it, or empty.
func explainPort(what, source string) (string, error) {
	protocol, _, ok := strings.Cut(what, "/")
	if !ok {
		return "", nil
	}
	traffic, err := inventory.ParseTraffic(what)
	if err == nil {
		return explainTraffic(what, traffic) + rulesOf(traffic, source), nil
	}
	if _, wrong := inventory.ParseTraffic(protocol); wrong != nil {
		return "", nil
	}
	return "", console.Usage("ports are numbers from 0 to 65535, as in tcp/22 or tcp/20-25", "%q: %s", what, err)
}

// explainService explains the services of the table of ports that have the name,
// or a word in their names that begins so, in whatever case.
func explainService(what, source string) string {
	const least = 3 // characters of the beginning of a word
	what = strings.ToLower(what)
	var equal, begins []audit.Service
	for _, s := range audit.ServicesWith(inventory.All) {
		name := strings.ToLower(s.Name)
		if name == what {
			equal = append(equal, s)
		}
		for word := range strings.FieldsFuncSeq(name, func(c rune) bool { return strings.ContainsRune(" ,/()", c) }) {
			if word == what || len(what) >= least && strings.HasPrefix(word, what) {
				begins = append(begins, s)
				break
			}
		}
	}
	if len(equal) > 0 {
		begins = equal
	}
	text := explainServices(begins)
	for _, traffic := range slices.Compact(trafficOf(begins)) {
		text += rulesOf(traffic, source)
	}
	return text
}

func trafficOf(services []audit.Service) (list []inventory.Traffic) {
	for _, s := range services {
		list = append(list, s.Traffic)
	}
	return list
}

// rulesOf names the command that lists the rules of the account for the traffic.
func rulesOf(traffic inventory.Traffic, source string) string {
	return fmt.Sprintf("Your rules: sgaudit rules --port %s%s\n", traffic, source)
}

// explainTraffic names the services that use the traffic and the checks that
// judge it where it is open to the internet.
func explainTraffic(what string, traffic inventory.Traffic) string {
	services := audit.ServicesWith(traffic)
	if len(services) == 0 {
		return fmt.Sprintf("%s is not in the table of services: %s reports it if it is open to the internet\n", words.Plain(what), audit.CheckOf(audit.Unexpected))
	}
	return explainServices(services)
}

func explainServices(services []audit.Service) string {
	var out strings.Builder
	for _, s := range services {
		fmt.Fprintf(&out, "%s uses %s: %s reports it if it is open to the internet (base severity %s)\n", s.Name, s.Traffic, audit.CheckOf(s.Class), s.Severity)
	}
	return out.String()
}

// explainControl names the checks for a control, or returns nothing if there is
// no such control.
func explainControl(what string) string {
	var out strings.Builder
	for _, check := range audit.Checks() {
		for _, reference := range check.References {
			if strings.EqualFold(reference, what) || strings.HasSuffix(strings.ToLower(reference), " "+strings.ToLower(what)) {
				fmt.Fprintf(&out, "%s is covered by %s (%s): %s\n", reference, check.ID, check.Severity, check.Title)
			}
		}
	}
	return out.String()
}
