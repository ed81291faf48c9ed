package remedy_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// fixOf audits an account and returns the fix of the one finding of a check about the
// rule with an id, or about the group.
func fixOf(t *testing.T, text, check, rule string) findings.Fix {
	t.Helper()
	report := audited(notation.MustParse(text).Inventory, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
	for i := range report.Findings {
		if f := &report.Findings[i]; f.Check == check && (rule == "" || f.Rule != nil && slices.Contains(f.Rule.IDs, rule)) {
			return f.Fix
		}
	}
	t.Fatalf("no finding of %s about %s", check, rule)
	return findings.Fix{}
}

// TestAdviceAboutRevokedRule: where a finding has the command that revokes a rule, the
// advice of another check about the same rule is that command.
func TestAdviceAboutRevokedRule(t *testing.T) {
	fix := fixOf(t, "sg-1 web\n  in tcp/22 0.0.0.0/0 \"temporary, remove after the migration\" id sgr-1\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1\n", "expired-rule", "sgr-1")
	if !strings.HasPrefix(fix.Summary, "Revoke tcp/22 from 0.0.0.0/0: `sgaudit explain ") || !strings.HasSuffix(fix.Summary, " (admin-port-open-to-internet, about the same rule) has the command.") || len(fix.Commands)+len(fix.Notes) > 0 {
		t.Errorf("%+v", fix)
	}
	fix = fixOf(t, "sg-1 web\n  in tcp/443 10.0.0.0/24 \"temporary\" id sgr-1\neni-1 sg-1 10.0.0.1\n", "expired-rule", "sgr-1")
	if !strings.Contains(fix.Summary, "Otherwise add an expiry date") {
		t.Errorf("a rule that no finding revokes: %q", fix.Summary)
	}
}

// TestAdviceHasCommands: advice to allow something else first has the commands for
// that, with the group that gets the rule, and for the revocation.
func TestAdviceHasCommands(t *testing.T) {
	const admin = "sg-1 application\n  in tcp/22 sg-3 id sgr-1\nsg-2 bastion\n  out all 0.0.0.0/0\nsg-3 office\neni-1 sg-1 10.0.0.1 instance i-1\neni-2 sg-2 10.0.0.2 instance i-2\neni-3 sg-3 10.0.0.3 instance i-3\n"
	fix := fixOf(t, admin, "bastion-bypassed", "sgr-1")
	const summary = "Allow tcp/22 to application (sg-1) from bastion (sg-2), or use Session Manager, then revoke tcp/22 from office (sg-3)."
	const revoke = "to revoke tcp/22 from office (sg-3) after that, run: aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-1"
	if fix.Summary != summary || len(fix.Notes) != 2 || fix.Notes[1] != revoke ||
		!strings.HasPrefix(fix.Notes[0], "to allow tcp/22 from bastion (sg-2), run: aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 ") {
		t.Errorf("%+v", fix)
	}
	fix = fixOf(t, strings.Replace(admin, "in tcp/22 sg-3", "in tcp/20-30 sg-2 id sgr-2\n  in tcp/22 sg-3", 1), "bastion-bypassed", "sgr-1")
	if len(fix.Notes) != 1 || fix.Notes[0] != revoke {
		t.Errorf("the bastion is allowed already: %q", fix.Notes)
	}
	fix = fixOf(t, strings.Replace(admin, "  out all 0.0.0.0/0\n", "  out tcp/22 10.0.0.9/32\n", 1), "bastion-bypassed", "sgr-1")
	if fix.Summary != summary+" The bastion cannot connect to it yet: no outbound rule of bastion (sg-2) allows tcp/22 to 10.0.0.1 of instance i-1 (eni-1)." {
		t.Errorf("the bastion cannot connect: %q", fix.Summary)
	}
	const out = "that also needs an outbound rule of bastion (sg-2): to allow tcp/22 to application (sg-1), run: aws ec2 authorize-security-group-egress --region us-east-1 --group-id sg-2 "
	if len(fix.Notes) != 3 || !strings.HasPrefix(fix.Notes[1], out) || !strings.Contains(fix.Notes[1], `"GroupId":"sg-1"`) || fix.Notes[2] != revoke {
		t.Errorf("the bastion needs an outbound rule: %q", fix.Notes)
	}
	const open = "sg-1 web\n  in tcp/22 0.0.0.0/0 id sgr-1\nsg-2 bastion\n  out tcp/22 10.0.0.9/32\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1 subnet subnet-1\neni-2 sg-2 10.0.1.2 instance i-2 subnet subnet-2\n"
	const closed = "subnet-1 10.0.0.0/24\nsubnet-2 10.0.1.0/24\nacl-1 vpc vpc-1 subnet subnet-1\n  in 100 deny tcp/22 10.0.1.0/24\n  in 200 allow all 0.0.0.0/0\n  out 100 allow all 0.0.0.0/0\n"
	for account, want := range map[string]int{open: 1, closed + open: 0} {
		found := 0
		for _, note := range fixOf(t, account, "admin-port-open-to-internet", "sgr-1").Notes {
			switch {
			case strings.Contains(note, "aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions"):
				found += 10
			case strings.HasPrefix(note, strings.Replace(out, "application", "web", 1)):
				found++
			}
		}
		if found != 11*want {
			t.Errorf("%s: the commands of the bastion: %d, want %d of each", account, found, want)
		}
	}
	other := strings.Replace(admin, "  out all 0.0.0.0/0\n", "", 1) + "sg-4 jump\n  out tcp/22 10.0.0.1/32\neni-4 sg-4 10.0.0.4 instance i-4\n"
	if fix = fixOf(t, other, "bastion-bypassed", "sgr-1"); fix.Summary != strings.Replace(summary, "bastion (sg-2)", "jump (sg-4)", 1) {
		t.Errorf("the second bastion can connect: %q", fix.Summary)
	}
	fix = fixOf(t, strings.Replace(admin, " id sgr-1", "", 1), "bastion-bypassed", "")
	if len(fix.Notes) != 1 || strings.Contains(fix.Notes[0], "revoke") {
		t.Errorf("the id of the rule was not read: %q", fix.Notes)
	}
	fix = fixOf(t, "sg-1 data\n  in tcp/5432 sg-2 id sgr-1\nsg-2 link\neni-1 sg-1 10.0.0.1 requester amazon-rds managed description RDSNetworkInterface\neni-2 sg-2 10.0.0.2 type api_gateway_managed\n", "api-gateway-reaches-database", "sgr-1")
	balancer := fixOf(t, "load-balancer application orders internal arn arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/orders/50dc6c495c0c9188 vpc vpc-1 sg-1 listen tcp/443\nsg-1 internal\n  in tcp/443 0.0.0.0/0 id sgr-1\neni-1 sg-1 10.0.0.10 requester amazon-elb managed attached-by amazon-elb description \"ELB app/orders/50dc6c495c0c9188\"\n", "internal-load-balancer-open", "sgr-1")
	if len(balancer.Notes) != 2 || !strings.HasSuffix(balancer.Notes[0], "--group-id sg-1 --protocol tcp --port 443 --source-group GROUP-ID") {
		t.Errorf("%+v", balancer)
	}
	if !strings.HasPrefix(fix.Summary, "Allow tcp/5432 to data (sg-1) from the security group of the function") || len(fix.Notes) != 2 ||
		!strings.HasSuffix(fix.Notes[0], "--group-id sg-1 --protocol tcp --port 5432 --source-group GROUP-ID") || !strings.HasSuffix(fix.Notes[1], "--security-group-rule-ids sgr-1") {
		t.Errorf("%+v", fix)
	}
}

// TestAdviceNamesTheBastion: what administrators may need when a rule is revoked is allowed
// from the group of the one bastion of the VPC, with the command. A bastion has none before
// itself, and of several none is chosen.
func TestAdviceNamesTheBastion(t *testing.T) {
	const text = "sg-1 web\n  in tcp/22 0.0.0.0/0 id sgr-1\nsg-2 bastion\n  in tcp/22 0.0.0.0/0 id sgr-2\n  out all 0.0.0.0/0\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1\neni-2 sg-2 10.0.0.2 public 198.51.100.2 instance i-2\n"
	fix := fixOf(t, text, "admin-port-open-to-internet", "sgr-1")
	if !strings.Contains(fix.Summary, "or from the bastion's security group, bastion (sg-2),") {
		t.Errorf("%q", fix.Summary)
	}
	const command = "to allow tcp/22 from bastion (sg-2) first, run: aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 "
	named := func(fix findings.Fix) bool {
		return slices.ContainsFunc(fix.Notes, func(note string) bool { return strings.HasPrefix(note, command) })
	}
	if !named(fix) {
		t.Errorf("%q", fix.Notes)
	}
	https := ", an outbound rule for tcp/443 (no group of instance i-1 (eni-1) has one) and a route to Systems Manager"
	if !strings.Contains(strings.Join(fix.Notes, "\n"), https) {
		t.Errorf("Session Manager: %q", fix.Notes)
	}
	if fix = fixOf(t, strings.Replace(text, "out all 0.0.0.0/0", "out tcp/443 0.0.0.0/0", 1), "admin-port-open-to-internet", "sgr-1"); !named(fix) ||
		!strings.Contains(fix.Summary, "bastion (sg-2), or use Session Manager, which needs no inbound rule. The bastion cannot connect to it yet: no outbound rule of bastion (sg-2) allows tcp/22 to 10.0.0.1 of instance i-1 (eni-1).") {
		t.Errorf("a bastion that cannot connect: %q %q", fix.Summary, fix.Notes)
	}
	if fix = fixOf(t, text, "admin-port-open-to-internet", "sgr-2"); strings.Contains(fix.Summary, "bastion's security group, bastion (") {
		t.Errorf("the bastion itself: %q", fix.Summary)
	}
	if fix = fixOf(t, text+"sg-3 jump\neni-3 sg-3 10.0.0.3 instance i-3\n", "admin-port-open-to-internet", "sgr-1"); named(fix) || strings.Contains(fix.Summary, "bastion's security group, bastion (") {
		t.Errorf("two bastions: %q %q", fix.Summary, fix.Notes)
	}
}

// TestAdviceAllowsTheOtherVersionFirst: a public port that is open over IPv4 alone is meant
// to be open over IPv6 too, more likely than not: the command for that comes first.
func TestAdviceAllowsTheOtherVersionFirst(t *testing.T) {
	const text = "sg-1 web\n  in tcp/443 0.0.0.0/0 id sgr-1\neni-1 sg-1 10.0.0.1 2600:1f18::1 public 198.51.100.1 instance i-1\n"
	fix := fixOf(t, text, "ip-version-mismatch", "sgr-1")
	if fix.Summary != "Allow tcp/443 from ::/0 too, or revoke tcp/443 from 0.0.0.0/0." || len(fix.Notes) != 2 ||
		!strings.HasPrefix(fix.Notes[0], "to allow tcp/443 from ::/0 too, run: aws ec2 authorize-security-group-ingress ") || !strings.HasPrefix(fix.Notes[1], "if that is not intended, revoke tcp/443 from 0.0.0.0/0: run: aws ec2 revoke-") {
		t.Errorf("%+v", fix)
	}
	if fix = fixOf(t, strings.Replace(text, "eni-1", "  in tcp/443 2600:1f18:1::/48 id sgr-2\neni-1", 1), "ip-version-mismatch", "sgr-1"); !strings.HasPrefix(fix.Summary, "Revoke tcp/443 from 0.0.0.0/0, or allow") {
		t.Errorf("a group that allows some IPv6 addresses: %+v", fix)
	}
}

// TestAdviceToDeleteNamesTheCommand: advice to delete a group names the finding about the
// same group that has the command.
func TestAdviceToDeleteNamesTheCommand(t *testing.T) {
	fix := fixOf(t, "sg-1 launch-wizard-1\n", "launch-wizard-group", "")
	if !strings.Contains(fix.Summary, "then delete launch-wizard-1 (sg-1). `sgaudit fix --finding ") || !strings.HasSuffix(fix.Summary, " --depth services --with-deletes` writes the plan for that (unused-group, about the same group).") {
		t.Errorf("%q", fix.Summary)
	}
	if fix = fixOf(t, "sg-1 launch-wizard-1\neni-1 sg-1 10.0.0.1\n", "launch-wizard-group", ""); strings.Contains(fix.Summary, "sgaudit") {
		t.Errorf("a group that is used: %q", fix.Summary)
	}
}

// TestConnectionsThatEnd: the note on connections that are not tracked names the rules
// that make AWS track none.
func TestConnectionsThatEnd(t *testing.T) {
	fix := fixOf(t, "sg-1 web\n  in tcp/20-25 0.0.0.0/0 id sgr-1\n  out all 0.0.0.0/0\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1\n", "admin-port-open-to-internet", "sgr-1")
	const want = "open connections for tcp/20-25 from sources that no other rule allows end at once: AWS does not track them, because the group allows tcp/20-25 from 0.0.0.0/0 and all traffic to 0.0.0.0/0"
	if !slices.Contains(fix.Notes, want) {
		t.Errorf("%q", fix.Notes)
	}
}

// TestRuleThatNothingCanUse: a range of which no interface can use the rule is not
// replaced by groups without a word on that.
func TestRuleThatNothingCanUse(t *testing.T) {
	const text = "vpc-1 10.0.0.0/16\nrtb-1 main\n  route 10.0.0.0/16 local\nsg-1 data\n  in tcp/5432 10.0.0.0/29 id sgr-1\nsg-2 web\n  out all 10.9.0.0/16\nsg-3 api\n  out all 10.9.0.0/16\neni-1 sg-1 10.0.1.1 instance i-1\neni-2 sg-2 10.0.0.1 instance i-2\neni-3 sg-3 10.0.0.2 instance i-3\n"
	const said = "No interface with an address in the range can use this rule today: no outbound rule of web (sg-2) allows tcp/5432 to 10.0.1.1 of instance i-1 (eni-1), no outbound rule of api (sg-3) allows tcp/5432 to 10.0.1.1 of instance i-1 (eni-1). If none should, only revoke tcp/5432 from 10.0.0.0/29. Otherwise allow tcp/5432 from web (sg-2) and api (sg-3), then revoke 10.0.0.0/29."
	fix := fixOf(t, text, "ip-source-should-be-group", "sgr-1")
	if fix.Summary != said {
		t.Errorf("%q", fix.Summary)
	}
	if fix = fixOf(t, strings.Replace(text, "10.9.0.0/16", "0.0.0.0/0", 1), "ip-source-should-be-group", "sgr-1"); strings.Contains(fix.Summary, "No interface") || !strings.HasPrefix(fix.Summary, "Allow") {
		t.Errorf("one interface can use it: %q", fix.Summary)
	}
}

// TestPlanSaysThatNothingCanUseARule: a plan that allows groups in the place of a range
// from which no interface can use the rule says so at the step, in each form.
func TestPlanSaysThatNothingCanUseARule(t *testing.T) {
	const text = "vpc-1 10.0.0.0/16\nrtb-1 main\n  route 10.0.0.0/16 local\nsg-1 data\n  in tcp/5432 10.0.0.0/29 id sgr-1\nsg-2 web\n  out all 10.9.0.0/16\neni-1 sg-1 10.0.1.1 instance i-1\neni-2 sg-2 10.0.0.1 instance i-2\n"
	report := audited(notation.MustParse(text).Inventory, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
	plan, err := remedy.NewPlan(report, everyFinding(report), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range plan.Documents() {
		for form, write := range map[string]func() (string, error){"shell": d.Shell, "Markdown": d.Markdown, "Terraform": d.Terraform} {
			if text, err := write(); err != nil || !strings.Contains(text, "can use this rule today: no outbound rule of web (sg-2) allows tcp/5432 to 10.0.1.1 of instance i-1 (eni-1). If none should, only revoke ") ||
				strings.Count(strings.ReplaceAll(text, "\\", ""), " To close the port, delete this step and keep the revoke.") != 1 {
				t.Errorf("%s: %v\n%s", form, err, text)
			}
		}
	}
}

// TestPlanNamesWhatItFixes: findings without commands about a rule or a group that the
// plan takes away are fixed by it: the step names them, and none of them is there after
// the plan. What is about a rule that others replace needs a decision.
func TestPlanNamesWhatItFixes(t *testing.T) {
	judge := judgeBy(audit.Defaults())
	inv := notation.MustParse("sg-1 web\n  in tcp/22 0.0.0.0/0 \"temporary, remove after the migration\" id sgr-1\n  in tcp/443 10.0.0.0/24 \"temporary\" id sgr-2\nsg-2 launch-wizard-1\neni-1 sg-1 10.0.0.1 public 198.51.100.1 instance i-1\n").Inventory
	report := judge(inv)
	for i := range report.Findings {
		if u := report.Findings[i].Unused; u != nil {
			u.FullSearch, u.Grade = true, findings.NotHeld
		}
	}
	plan, err := remedy.NewPlan(report, everyFinding(report), true)
	if err != nil {
		t.Fatal(err)
	}
	fixes, left, _ := strings.Cut(script(t, plan), "\n# == Needs a manual decision")
	for _, check := range []string{"expired-rule: the rule for tcp/22", "launch-wizard-group"} {
		if strings.Count(fixes, check) != 1 {
			t.Errorf("the plan does not name %q once:\n%s", check, fixes)
		}
	}
	if !strings.Contains(left, "expired-rule us-east-1 web (sg-1)") || strings.Contains(left, "launch-wizard") {
		t.Errorf("what needs a decision:\n%s", left)
	}
	_, plan = planOf(t, notation.MustParse(oneVPC+"  in tcp/443 10.0.1.9/32 \"temporary\" id sgr-1\n").Inventory, judge)
	fixes, left, _ = strings.Cut(script(t, plan), "\n# == Needs a manual decision")
	if !strings.Contains(fixes, "\nrun aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-db") || strings.Contains(fixes, " expired-rule: ") || !strings.Contains(left, "expired-rule us-east-1 database (sg-db)") {
		t.Errorf("the rule that replaces another one is temporary too:\n%s\n%s", fixes, left)
	}
	fixed := 0
	for seed := range uint64(60) {
		inv := crowded(rand.New(rand.NewPCG(seed, 16)))
		_, plan := planOf(t, inv, judge)
		after, err := remedy.Apply(inv, plan.Lines())
		if err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, f := range judge(after).Findings {
			there[f.ID] = true
		}
		for _, e := range plan.Entries {
			for _, f := range e.Also {
				fixed++
				if there[f.ID] {
					t.Errorf("seed %d: %s (%s) is there after the plan", seed, f.ID, f.Check)
				}
			}
		}
	}
	if fixed == 0 {
		t.Error("no plan fixes a finding without commands")
	}
}
