package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) doctorVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "doctor",
		Usage: "check before an audit what the credentials can read, and what each missing permission costs",
		Description: "It makes the calls of an audit, but reads only the first page of each list. " +
			"Exit codes: 0 an audit would be complete, 2 it could not start, 3 it would be incomplete.",
		Flags:  append([]urfave.Flag{answerFlag(), demoFlag()}, readFlags()...),
		Action: p.doctor,
	}
}

func (p *program) doctor(c *urfave.Context) error {
	src, err := newSource(c, "")
	if err := console.Combine(err, checkAnswer(c)); err != nil {
		return err
	}
	if err := src.accounts.noAccounts("doctor"); err != nil {
		return err
	}
	stop, err := src.serveDemo()
	if err != nil {
		return err
	}
	defer stop()
	d := diagnosis{SchemaVersion: "1"}
	inv, err := p.collectBy(c.Context, src.client, func(client *awsclient.Client, ctx context.Context) (*inventory.Inventory, error) {
		d.Limits.CallsPerSecond, d.Limits.Smaller, d.Limits.Regions, d.Limits.Deadline = client.Limits()
		return client.Probe(ctx)
	})
	if err != nil {
		return err
	}
	d.examine(inv)
	if err := p.answer(c, &d, d.text()); err != nil {
		return err
	}
	return p.conclude(inv, c.Context.Err() != nil)
}

// diagnosis is what the verb prints.
type diagnosis struct {
	SchemaVersion string         `json:"schema_version"`
	Caller        doctorCaller   `json:"caller"`
	Depth         string         `json:"depth"`
	Regions       []doctorRegion `json:"regions"`
	Calls         []doctorCall   `json:"calls"`
	Limits        doctorLimits   `json:"limits"`
	Complete      bool           `json:"complete"`
}

type doctorCaller struct {
	AccountID string `json:"account_id"`
	ARN       string `json:"arn"`
	Partition string `json:"partition"`
}

type doctorRegion struct {
	Name   string `json:"name"`
	Status string `json:"status"` // as in the coverage of a report
}

// doctorCall is one call of the audit, and what its absence costs.
type doctorCall struct {
	Operation string       `json:"operation"`
	Permitted []string     `json:"permitted"` // regions
	Failures  []doctorFail `json:"failures"`
	Checks    []string     `json:"checks_not_evaluated"` // there
	Cost      string       `json:"cost"`                 // empty where it works everywhere
}

type doctorFail struct {
	Region string `json:"region"`
	Kind   string `json:"kind"`
	Code   string `json:"code"`
}

type doctorLimits struct {
	CallsPerSecond float64            `json:"calls_per_second"` // of each API in each region
	Smaller        map[string]float64 `json:"smaller"`          // by action
	Regions        int                `json:"regions_at_once"`
	Deadline       time.Duration      `json:"region_deadline_ns"`
}

// costs says what an audit lacks without a part, beside the checks that need
// it.
var costs = map[inventory.Part]string{
	inventory.PartGroups:           "the region is not audited at all",
	inventory.PartInterfaces:       "every verdict is unknown",
	inventory.PartRules:            "fixes cannot use rule ids",
	inventory.PartPrefixLists:      "what a prefix list opens is unknown",
	inventory.PartVPCs:             "verdicts are less sure in shared VPCs",
	inventory.PartSubnets:          "verdicts on IPv6 are unknown",
	inventory.PartRouteTables:      "verdicts are unknown where routes decide",
	inventory.PartNetworkACLs:      "verdicts are unknown where network ACLs decide",
	inventory.PartInternetGateways: "verdicts are unknown where an internet gateway decides",
	inventory.PartPublicAccess:     "verdicts are unknown where VPC block public access decides",
	inventory.PartPeerings:         "access between peered VPCs is unknown",
	inventory.PartAssociations:     lessEvidence,
	inventory.PartLaunchTemplates:  lessEvidence,
	inventory.PartEndpoints:        lessEvidence,
	inventory.PartLoadBalancers:    lessEvidence,
	inventory.PartFunctions:        lessEvidence,
}

const lessEvidence = "unused-group searches fewer places before it reports a group as unused"

func (d *diagnosis) examine(inv *inventory.Inventory) {
	d.Caller = doctorCaller{inv.Caller.AccountID, inv.Caller.ARN, inv.Caller.Partition}
	d.Depth, d.Complete = string(inv.Depth), inv.Complete()
	for _, r := range inv.Regions {
		d.Regions = append(d.Regions, doctorRegion{r.Name, r.Status()})
	}
	for _, part := range inv.Depth.Parts().Each() {
		for _, operation := range part.Operations() {
			if !slices.ContainsFunc(d.Calls, func(c doctorCall) bool { return c.Operation == operation }) { // of two parts
				d.Calls = append(d.Calls, callOf(inv, part, operation))
			}
		}
	}
	slices.SortStableFunc(d.Calls, func(a, b doctorCall) int { return len(b.Failures) - len(a.Failures) })
}

func callOf(inv *inventory.Inventory, part inventory.Part, operation string) doctorCall {
	call := doctorCall{Operation: operation, Permitted: []string{}, Failures: []doctorFail{}, Checks: []string{}}
	for _, r := range inv.Regions {
		if r.Skipped {
			continue
		}
		i := slices.IndexFunc(r.Gaps, func(g inventory.Gap) bool { return g.Operation == operation })
		whole := len(r.Gaps) > 0 && !r.Read.Has(inventory.PartGroups) && r.Read == 0 // closed: nothing was asked
		switch {
		case i >= 0:
			call.Failures = append(call.Failures, doctorFail{r.Name, string(r.Gaps[i].Kind), r.Gaps[i].Code})
		case whole:
			call.Failures = append(call.Failures, doctorFail{r.Name, string(r.Gaps[0].Kind), r.Gaps[0].Code})
		default:
			call.Permitted = append(call.Permitted, r.Name)
		}
	}
	if len(call.Failures) == 0 {
		return call
	}
	for _, check := range audit.Checks() {
		if part == inventory.PartGroups || check.Needs.Has(part) {
			call.Checks = append(call.Checks, check.ID)
		}
	}
	call.Cost = costs[part]
	if inventory.PartReferrers.Has(part) {
		call.Cost = lessEvidence
	}
	if call.Cost == "" {
		call.Cost = "only the checks listed below"
	}
	return call
}

// reasons says for each reason of a failure in which regions it holds.
func (c *doctorCall) reasons() (list []string) {
	var kinds []string
	regions := map[string][]string{}
	for _, f := range c.Failures {
		reason := reasonText(inventory.GapKind(f.Kind))
		if regions[reason] == nil {
			kinds = append(kinds, reason)
		}
		regions[reason] = append(regions[reason], f.Region)
	}
	for _, reason := range kinds {
		list = append(list, reason+" in "+words.List(regions[reason], 4))
	}
	return list
}

func (d *diagnosis) text() string {
	var out strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&out, "%-9s %s\n", name, words.Plain(fmt.Sprintf(format, args...)))
	}
	line("caller", "%s, account %s, partition %s", d.Caller.ARN, d.Caller.AccountID, d.Caller.Partition)
	var names []string
	for _, r := range d.Regions {
		if r.Status == "skipped" {
			r.Name += " (left out)"
		}
		names = append(names, r.Name)
	}
	line("regions", "%d: %s", len(names), strings.Join(names, ", "))
	line("depth", "%s", d.Depth)
	line("limits", "%g calls a second for each API and region, %d regions at once, %s for each region", d.Limits.CallsPerSecond, d.Limits.Regions, d.Limits.Deadline)
	for _, action := range slices.Sorted(maps.Keys(d.Limits.Smaller)) {
		line("", "%g a second of %s, which has a smaller quota", d.Limits.Smaller[action], action)
	}
	good := 0
	for _, call := range d.Calls {
		if len(call.Failures) == 0 {
			good++
			continue
		}
		out.WriteString("\n")
		fmt.Fprintf(&out, "MISSING   %s\n", words.Plain(call.Operation))
		title := "  why"
		for _, because := range call.reasons() {
			line(title, "%s", because)
			title = ""
		}
		line("  costs", "%s", call.Cost)
		switch len(call.Checks) {
		case 0:
		case len(audit.Checks()):
			line("", "not evaluated: every check")
		default:
			line("", "not evaluated: %s", strings.Join(call.Checks, ", "))
		}
	}
	out.WriteString("\n")
	line("calls", "%d of %d work in every region", good, len(d.Calls))
	if d.Complete {
		line("verdict", "an audit would be complete")
	} else {
		line("verdict", "an audit would be incomplete, and exit with 3")
	}
	return out.String()
}
