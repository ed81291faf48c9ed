package remedy_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// demo audits the demo account. Its rules get ids as its endpoint gives them.
func demo(t *testing.T) (*inventory.Inventory, *findings.Report) {
	t.Helper()
	inv := notation.MustParse(estates.Demo()).Inventory
	for _, r := range inv.Regions {
		for i := range r.Groups {
			g := &r.Groups[i]
			for k := range g.Rules {
				g.Rules[k].IDs = []string{endpoint.RuleID(r.Name, g.ID, g.Rules[k].String())}
			}
		}
	}
	report := audited(inv, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
	return inv, report
}

func all(report *findings.Report) []*findings.Finding {
	var list []*findings.Finding
	for i := range report.Findings {
		list = append(list, &report.Findings[i])
	}
	return list
}

// script writes a plan as scripts, one after the other.
func script(t *testing.T, plan *remedy.Plan) string {
	t.Helper()
	var texts []string
	for _, d := range plan.Documents() {
		text, err := d.Shell()
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "\n")
}

// TestPlan carries the plan of the demo account out on a copy: what it is for
// is gone, and nothing is new.
func TestPlan(t *testing.T) {
	inv, report := demo(t)
	plan, err := remedy.NewPlan(report, all(report), true)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := change.ParseScript(script(t, plan))
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != plan.Changes() || len(lines) < 20 {
		t.Fatalf("the script has %d changes, the plan %d", len(lines), plan.Changes())
	}
	for i := 1; i < len(lines); i++ {
		if before, now := lines[i-1].Step.Verb, lines[i].Step.Verb; now == change.Authorize && before != now || before == change.Delete && now != before {
			t.Errorf("line %d: %s after %s", lines[i].Number, now, before)
		}
	}
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		t.Fatal(err)
	}
	again := audit.Run(after, audit.Options{Settings: audit.Defaults()}).Report
	before := map[string]*findings.Finding{}
	for _, f := range all(report) {
		before[f.ID] = f
	}
	for _, f := range again.Findings {
		was := before[f.ID]
		switch {
		case was == nil:
			t.Errorf("new: %s %s: %s", f.Check, f.ResourceID, f.Message)
		case len(was.Fix.Commands) > 0 && (was.Unused == nil || findings.KeepsGroup(was) == ""):
			t.Errorf("still there: %s %s: %s", f.Check, f.ResourceID, f.Message)
		}
	}
}

// TestUndo takes the plan of the demo account back, but for deletions, which
// give new ids.
func TestUndo(t *testing.T) {
	inv, report := demo(t)
	list := all(report)
	var kept []*findings.Finding
	for _, f := range list {
		if f.Check != "unused-group" {
			kept = append(kept, f)
		}
	}
	plan, err := remedy.NewPlan(report, kept, true)
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, e := range plan.Entries {
		commands = append(commands, e.Step.Command())
	}
	for i := len(plan.Entries) - 1; i >= 0; i-- {
		commands = append(commands, change.Chain(plan.Entries[i].Undo))
	}
	lines, err := change.ParseScript(strings.Join(commands, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range inv.Regions {
		for k := range r.Groups {
			want, got := texts(&r.Groups[k]), texts(&after.Regions[i].Groups[k])
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", r.Groups[k].ID, diff)
			}
		}
	}
}

func texts(g *inventory.Group) []string {
	var list []string
	for i := range g.Rules {
		list = append(list, g.Rules[i].String()+" "+g.Rules[i].Description)
	}
	return list
}

// TestCommandsReadBack reads the commands of random estates, and what takes
// them back, into the same text.
func TestCommandsReadBack(t *testing.T) {
	count := 0
	for seed := range uint64(60) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 3)), estates.Size{Regions: 2, Groups: 8, Interfaces: 12})
		for _, r := range inv.Regions {
			for i := range r.Groups {
				for k := range r.Groups[i].Rules {
					rule := &r.Groups[i].Rules[k]
					rule.IDs = []string{endpoint.RuleID(r.Name, r.Groups[i].ID, rule.String())}
					if seed%2 == 0 {
						rule.Tags = []inventory.Tag{{Key: "Name", Value: `it's "a" ${b}`}}
					}
				}
			}
		}
		report := audited(inv, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
		for _, f := range report.Findings {
			if len(f.Fix.Undo) != len(f.Fix.Commands) {
				t.Fatalf("%d commands and %d that take them back", len(f.Fix.Commands), len(f.Fix.Undo))
			}
			text, err := json.Marshal(f.Fix.Steps)
			if err != nil {
				t.Fatal(err)
			}
			var fromReport []change.Step
			if err := json.Unmarshal(text, &fromReport); err != nil {
				t.Fatal(err)
			}
			read := [][]change.Step{fromReport}
			// Reports without steps are of versions that created no groups, and read no ids of groups in an undo.
			if !strings.Contains(strings.Join(slices.Concat(f.Fix.Commands, f.Fix.Undo), "\n"), "SecurityGroups[0].GroupId") {
				fromCommands, err := change.FromCommands(f.AccountID, f.Fix.Commands, f.Fix.Undo)
				if err != nil {
					t.Fatalf("%v in %q %q", err, f.Fix.Commands, f.Fix.Undo)
				}
				read = append(read, fromCommands)
			}
			for _, steps := range read {
				undo := change.Undo(steps)
				for i := range f.Fix.Commands {
					if got, want := steps[i].Command(), f.Fix.Commands[i]; got != want {
						t.Fatalf("read back:\n%s\nwritten:\n%s", got, want)
					}
					if got, want := change.Chain(undo[i]), f.Fix.Undo[i]; got != want {
						t.Fatalf("undo read back:\n%s\nwritten:\n%s", got, want)
					}
				}
			}
			commands := append(slices.Clone(f.Fix.Commands), f.Fix.Undo...)
			for _, command := range commands {
				if strings.ContainsAny(command, "\n\r") {
					t.Fatalf("more than one line: %q", command)
				}
			}
			lines, err := change.ParseScript(strings.Join(commands, "\n"))
			if err != nil {
				t.Fatalf("%v in\n%s", err, strings.Join(commands, "\n"))
			}
			for _, l := range lines {
				command := commands[l.Number-1]
				if strings.HasPrefix(command, "group") {
					continue // a chain, which creates a group or looks up its id first
				}
				if got := l.Step.Command(); got != command {
					t.Fatalf("read back:\n%s\nwritten:\n%s", got, command)
				}
				count++
			}
			if f.Fix.Terraform != "" {
				if _, diags := hclparse.NewParser().ParseHCL([]byte(f.Fix.Terraform), "fix.tf"); diags.HasErrors() {
					t.Fatalf("%v in\n%s", diags, f.Fix.Terraform)
				}
			}
		}
		plan, err := remedy.NewPlan(report, all(report), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range plan.Documents() {
			text, err := d.Terraform()
			if err != nil {
				t.Fatal(err)
			}
			if _, diags := hclparse.NewParser().ParseHCL([]byte(text), "plan.tf"); diags.HasErrors() {
				t.Fatalf("%v in\n%s", diags, text)
			}
		}
		lines, err := change.ParseScript(script(t, plan))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := remedy.Apply(inv, lines); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	if count < 300 {
		t.Errorf("only %d commands were read back", count)
	}
}

// TestTerraform shows the blocks of a replacement.
func TestTerraform(t *testing.T) {
	inv := notation.MustParse(strings.ReplaceAll(network, "SOURCE", "10.0.0.2/32")).Inventory
	report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group"}}, inventory.DefaultRulesPerGroup)
	want := `resource "aws_vpc_security_group_ingress_rule" "allow_sg_db_in_tcp_5432_sg_app" {
  security_group_id = "sg-db"
  referenced_security_group_id = "sg-app"
  ip_protocol = "tcp"
  from_port = 5432
  to_port = 5432
}

# Apply to take sgr-1 over as it is, then delete both blocks and apply: Terraform takes it away.
import {
  to = aws_vpc_security_group_ingress_rule.revoke_sgr_1
  id = "sgr-1"
}
resource "aws_vpc_security_group_ingress_rule" "revoke_sgr_1" {
  security_group_id = "sg-db"
  cidr_ipv4 = "10.0.0.2/32"
  ip_protocol = "tcp"
  from_port = 5432
  to_port = 5432
}
`
	if diff := cmp.Diff(want, report.Findings[0].Fix.Terraform); diff != "" {
		t.Error(diff)
	}
}

// TestScriptsThatFail are the mistakes of scripts, each reported with its line.
func TestScriptsThatFail(t *testing.T) {
	const id = "sgr-00000000000000001"
	inv := notation.MustParse("sg-1 a\n in tcp/22 0.0.0.0/0 id " + id + "\nsg-2 b\n in tcp/80 sg-1\nsg-3 default\nsg-4 c\nsg-5 d vpc vpc-2\neni-1 sg-4 10.0.0.1\nvpc-1 10.0.0.0/16\nvpc-2 10.1.0.0/16\n").Inventory
	for script, want := range map[string]string{
		"aws ec2 modify-security-group-rules --group-id sg-1":                                                           "line 1: modify-security-group-rules: only authorize",
		"\naws ec2 delete-security-group --group-id 'sg-1":                                                              "line 2: a single quote is not closed",
		"aws ec2 delete-security-group --group-name web":                                                                "--group-name is not understood",
		"aws ec2 delete-security-group":                                                                                 "no id says which group is meant",
		"aws ec2 revoke-security-group-ingress --group-id sg-1":                                                         "neither --ip-permissions nor --protocol",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --protocol tcp --port x --cidr 10.0.0.0/8":               `--port "x"`,
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr ten":                     `--cidr "ten" is not an address range`,
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions IpProtocol=tcp":                         "must be a JSON list",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-9":                         "sg-1 has no ingress rule with the id sgr-9",
		"aws ec2 revoke-security-group-egress --group-id sg-1 --security-group-rule-ids " + id:                          "sg-1 has no egress rule",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr 0.0.0.0/0":            `sg-1 has the rule "in tcp/22 0.0.0.0/0" already`,
		"aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id sg-1 --protocol tcp --cidr 10.0.0.0/8":  "sg-1 is not among the groups that were read in eu-west-1",
		"aws ec2 delete-security-group --group-id sg-1":                                                                 "sg-2 references it in in tcp/80 sg-1",
		"aws ec2 delete-security-group --group-id sg-3":                                                                 "it is a default group",
		"aws ec2 delete-security-group --group-id sg-4":                                                                 "it is attached to eni-1",
		"sudo aws ec2 delete-security-group --group-id sg-4":                                                            "only lines that begin with aws",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --source-group sg-9":         "sg-9 is not among the groups of the account that were read",
		"aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --groups sg-4 sg-9":                    "sg-9 cannot be attached to eni-1: it is not among the groups that were read",
		"aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --groups sg-5":                         "eni-1 of vpc-1 cannot get sg-5 of vpc-2",
		"aws ec2 create-security-group --group-name e --description e --vpc-id vpc-9":                                   `the group "e" cannot be created: vpc-9 is not among the VPCs that were read`,
		"aws ec2 authorize-security-group-sideways --group-id sg-4":                                                     "neither ingress nor egress",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --group-id sg-2":                                         "--group-id is there twice",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"tcp\"}]'":        "names no source",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{\"Protocol\":\"tcp\"}]'":          `unknown field "Protocol"`,
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --source-group=sg-2 --cider": "--cider is not understood",
	} {
		lines, err := change.ParseScript(script)
		if err == nil {
			_, err = remedy.Apply(inv, lines)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got  %v\n want %s", script, err, want)
		}
	}
	lines, err := change.ParseScript("# a note\n#aws ec2 delete-security-group --group-id sg-9\naws ec2 revoke-security-group-ingress \\\n  --group-id sg-1 --protocol tcp --port 22 --cidr 0.0.0.0/0 --dry-run\naws ec2 describe-security-groups\necho done\n")
	if err != nil || len(lines) != 1 || lines[0].Number != 3 {
		t.Errorf("%v %v", lines, err)
	}
	after, err := remedy.Apply(inv, lines)
	if err != nil || len(after.Regions[0].Groups[0].Rules) != 0 || len(inv.Regions[0].Groups[0].Rules) != 1 {
		t.Errorf("applied: %v; the inventory itself must stay", err)
	}
}
