package change_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// texts are what a name, a description or a tag may hold that a shell, the AWS
// CLI, Terraform, Markdown or a terminal would read as more than a text. Those
// that would run make a file named ran.
var texts = []string{
	"it's", `say "hi"`, `back\slash`, `trailing\`, "'; : >ran; '", `"; : >ran; "`, "; : >ran", "&& : >ran", "| : >ran", "> ran",
	"$(: >ran)", "`: >ran`", "${PATH}", "$PATH", "$group", "$group_1", `'"$group"'`, "%{ if true }x%{ endif }", "${file(\"/etc/passwd\")}", "$${x}", "%%{x}", "$",
	"file:///etc/passwd", "fileb:///etc/passwd", "http://127.0.0.1/", "https://127.0.0.1/", "-x", "--endpoint-url", "--cli-input-json", "@/etc/passwd",
	"*", "~", "[a-z]", "{a,b}", "# undo: : >ran", "undo() { : >ran; }", "}", ")", "/* x */", "*/", "//", "<<EOF", "EOF",
	"```", "````sh", "# heading", "- item", "[a](b)", "<script>", "naïve 東京 😀", "e\u0301", "a,b=c", `{"a":1}`, "sg-not-created-yet", "None", "",
}

// unseen are texts that AWS takes nowhere, and that no command may hold.
var unseen = []string{"a\nb", "a\n: >ran\n", "a\rb", "a\tb", "a\x00b", "\x1b[2J", "a\u0085b", "a\u2028b", "a\u2029: >ran", "\x7f", "\xff"}

const (
	account = "111122223333"
	region  = "eu-west-1"
)

// document is a plan that has every kind of step, with the text in every field
// that can hold one.
func document(text string) *change.Document {
	tags := []inventory.Tag{{Key: "k" + text, Value: text}}
	prefix := func(p string) inventory.Peer { return inventory.PrefixPeer(netip.MustParsePrefix(p)) }
	group := func(id string) inventory.Peer { return inventory.Peer{Group: &inventory.GroupRef{ID: id}} }
	rule := func(d inventory.Direction, p inventory.Peer, ids ...string) inventory.Rule {
		return inventory.Rule{Direction: d, Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: p, Description: text, IDs: ids, Tags: tags}
	}
	made := &inventory.Group{Name: "n" + text, Description: "d" + text, VPC: "vpc-1", Tags: tags}
	was := &inventory.Group{ID: "sg-9", Name: "x" + text, Description: "y" + text, Tags: tags, VPC: "vpc-1", Rules: []inventory.Rule{
		rule(inventory.Ingress, group("sg-9")), rule(inventory.Ingress, prefix("10.0.0.0/8")), rule(inventory.Egress, prefix("::/0")),
	}}
	// What begins a text is what the AWS CLI obeys: there it stands alone.
	if text != "" {
		made.Name, made.Description, was.Name, was.Description, tags[0].Key = text, text, text, text, text
	}
	step := func(s change.Step) change.Step {
		s.Account, s.Region = account, region
		return s
	}
	steps := []change.Step{
		step(change.Step{Verb: change.Create, Group: "$group_1", Details: made}),
		step(change.Step{Verb: change.SetGroups, Interface: "eni-1", Groups: []string{"sg-1", "$group_1"}, Before: []string{"sg-1"}}),
		step(change.Step{Verb: change.Authorize, Group: "sg-1", Rules: []inventory.Rule{rule(inventory.Ingress, group("$group_1")), rule(inventory.Ingress, prefix("2001:db8::/32")), rule(inventory.Ingress, inventory.Peer{List: "pl-1"})}}),
		step(change.Step{Verb: change.LookUp, Group: "sg-2"}),
		step(change.Step{Verb: change.Revoke, Group: "sg-1", IDs: []string{"sgr-1"}, Rules: []inventory.Rule{rule(inventory.Ingress, prefix("0.0.0.0/0"), "sgr-1")}}),
		step(change.Step{Verb: change.Revoke, Group: "sg-1", IDs: []string{"sgr-2"}, Rules: []inventory.Rule{rule(inventory.Ingress, group("sg-9"), "sgr-2")}}),
		step(change.Step{Verb: change.Revoke, Group: "sg-1", Direction: inventory.Egress, Rules: []inventory.Rule{rule(inventory.Egress, prefix("0.0.0.0/0"))}}),
		step(change.Step{Verb: change.Delete, Group: "sg-9", Details: was, IPv6: true}),
	}
	d := &change.Document{Account: account, Head: []string{text, "x" + text}, Manual: []string{text, "x" + text}}
	for i, undo := range change.Undo(steps) {
		d.Items = append(d.Items, change.Item{Step: steps[i], Undo: undo, Name: text, Why: []change.Reason{{Text: text, Details: []string{text, "x" + text}}}})
	}
	aside := step(change.Step{Verb: change.Delete, Group: "sg-8", Details: was})
	d.Aside = []change.Item{{Step: aside, Undo: change.Undo([]change.Step{aside})[0], Name: text, Why: []change.Reason{{Text: text, Details: []string{text}}}}}
	return d
}

// standIn is an aws that writes down its arguments, each with a NUL behind it
// and one more behind the call, and answers what a plan asks for.
const standIn = `#!/bin/sh
for word in "$@"; do printf '%s\0' "$word" >>"$CALLS"; done
printf '\0' >>"$CALLS"
case $* in
"sts get-caller-identity "*) echo 111122223333 ;;
"ec2 create-security-group "*) echo sg-777 ;;
"ec2 describe-security-groups "*) echo sg-777 ;;
esac
`

// run runs a script in a folder of its own, where nothing but the stand-in is
// in PATH, and returns what was called.
func run(t *testing.T, shell, script string, args ...string) [][]string {
	t.Helper()
	folder := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	write("bin/aws", standIn, 0o700)
	write("plan.sh", script, 0o600)
	write("calls", "", 0o600)
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"plan.sh"}, args...)...)
	cmd.Dir = folder
	cmd.Env = []string{"PATH=" + filepath.Join(folder, "bin"), "CALLS=" + filepath.Join(folder, "calls")}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", shell, err, out, script)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 3 {
		t.Fatalf("%s: something else ran: %v\n%s", shell, entries, script)
	}
	text, err := os.ReadFile(filepath.Join(folder, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	var calls [][]string
	for _, call := range strings.Split(strings.TrimSuffix(string(text), "\x00\x00"), "\x00\x00") {
		calls = append(calls, strings.Split(call, "\x00"))
	}
	return calls
}

// sent is what a call sends to AWS, as values.
type sent struct {
	operation string
	options   map[string]any
}

// asSent reads a call as the AWS CLI does: options, and JSON where it begins so.
func asSent(t *testing.T, call []string) sent {
	t.Helper()
	got := sent{operation: strings.Join(call[:2], " "), options: map[string]any{}}
	var values []string
	name := ""
	put := func() {
		var value any = values
		if len(values) == 1 {
			value = values[0]
			if strings.HasPrefix(values[0], "{") || strings.HasPrefix(values[0], "[") {
				if err := json.Unmarshal([]byte(values[0]), &value); err != nil {
					t.Fatalf("%q: %v", values[0], err)
				}
			}
		}
		if name != "" {
			got.options[name] = value
		}
	}
	for _, word := range call[2:] {
		if !strings.HasPrefix(word, "--") {
			for _, prefix := range []string{"file://", "fileb://", "http://", "https://", "-"} {
				if strings.HasPrefix(word, prefix) {
					t.Fatalf("the AWS CLI obeys the argument %q", word)
				}
			}
			values = append(values, word)
			continue
		}
		put()
		name, values = word, nil
	}
	put()
	return got
}

type object = map[string]any

// wanted is what the steps of document have to send to AWS.
func wanted(text string) (plan, undo []sent) {
	own := text
	name, key := text, text
	if text == "" {
		name, key = "n", "k"
	}
	call := func(operation string, options object) sent {
		options["--region"] = region
		return sent{"ec2 " + operation, options}
	}
	tags := func(kind string) any {
		return []any{object{"ResourceType": kind, "Tags": []any{object{"Key": key, "Value": own}}}}
	}
	if text == "" {
		key = "k"
	}
	peer := func(list, field, value string) object {
		p := object{field: value}
		if own != "" {
			p["Description"] = own
		}
		return object{"IpProtocol": "tcp", "FromPort": 22.0, "ToPort": 22.0, list: []any{p}}
	}
	rules := func(group string, permissions ...object) object {
		list := make([]any, len(permissions))
		for i, p := range permissions {
			list[i] = p
		}
		return object{"--group-id": group, "--ip-permissions": list}
	}
	tagged := func(o object) object {
		o["--tag-specifications"] = tags("security-group-rule")
		return o
	}
	create := func(name, description string) sent {
		return call("create-security-group", object{"--cli-input-json": object{"GroupName": name, "Description": description, "VpcId": "vpc-1", "TagSpecifications": tags("security-group")}, "--query": "GroupId", "--output": "text"})
	}
	description, wasName, was := text, text, text
	if text == "" {
		description, wasName, was = "d", "x", "y"
	}
	many := peer("UserIdGroupPairs", "GroupId", "sg-777")
	maps.Copy(many, object{"Ipv6Ranges": peer("Ipv6Ranges", "CidrIpv6", "2001:db8::/32")["Ipv6Ranges"], "PrefixListIds": peer("PrefixListIds", "PrefixListId", "pl-1")["PrefixListIds"]})
	all := object{"IpProtocol": "-1", "IpRanges": []any{object{"CidrIp": "0.0.0.0/0"}}, "Ipv6Ranges": []any{object{"CidrIpv6": "::/0"}}}
	who := sent{"sts get-caller-identity", object{"--region": region, "--query": "Account", "--output": "text"}}
	plan = []sent{
		who, create(name, description),
		call("modify-network-interface-attribute", object{"--network-interface-id": "eni-1", "--groups": []string{"sg-1", "sg-777"}}),
		call("authorize-security-group-ingress", tagged(rules("sg-1", many))),
		call("describe-security-group-rules", object{"--filters": "Name=group-id,Values=sg-2"}),
		call("revoke-security-group-ingress", object{"--group-id": "sg-1", "--security-group-rule-ids": "sgr-1"}),
		call("revoke-security-group-ingress", object{"--group-id": "sg-1", "--security-group-rule-ids": "sgr-2"}),
		call("revoke-security-group-egress", rules("sg-1", peer("IpRanges", "CidrIp", "0.0.0.0/0"))),
		call("delete-security-group", object{"--group-id": "sg-9"}),
	}
	pattern := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`).Replace(name)
	find := call("describe-security-groups", object{"--cli-input-json": object{"Filters": []any{object{"Name": "group-name", "Values": []any{pattern}}, object{"Name": "vpc-id", "Values": []any{"vpc-1"}}}}, "--query": "SecurityGroups[0].GroupId", "--output": "text"})
	undo = []sent{
		who,
		call("authorize-security-group-egress", tagged(rules("sg-1", peer("IpRanges", "CidrIp", "0.0.0.0/0")))),
		call("authorize-security-group-ingress", tagged(rules("sg-1", peer("IpRanges", "CidrIp", "0.0.0.0/0")))),
		find, call("revoke-security-group-ingress", rules("sg-1", many)),
		call("modify-network-interface-attribute", object{"--network-interface-id": "eni-1", "--groups": "sg-1"}),
		call("delete-security-group", object{"--group-id": "sg-777"}),
		create(wasName, was),
		call("revoke-security-group-egress", rules("sg-777", all)),
		call("authorize-security-group-ingress", tagged(rules("sg-777", peer("UserIdGroupPairs", "GroupId", "sg-777")))),
		call("authorize-security-group-ingress", tagged(rules("sg-777", peer("IpRanges", "CidrIp", "10.0.0.0/8")))),
		call("authorize-security-group-egress", tagged(rules("sg-777", peer("Ipv6Ranges", "CidrIpv6", "::/0")))),
		call("authorize-security-group-ingress", tagged(rules("sg-1", peer("UserIdGroupPairs", "GroupId", "sg-777")))),
	}
	return plan, undo
}

// TestHostileScripts runs the plan and its undo in two shells, for each text in
// each field that can hold one: nothing but aws runs, and each argument
// arrives as it was.
func TestHostileScripts(t *testing.T) {
	for _, text := range texts {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			script, err := document(text).Shell()
			if err != nil {
				t.Fatal(err)
			}
			plan, undo := wanted(text)
			for _, shell := range []string{"sh", "bash"} {
				for _, c := range []struct {
					args []string
					want []sent
				}{{nil, plan}, {[]string{"--undo"}, undo}} {
					var got []sent
					for _, call := range run(t, shell, script, c.args...) {
						got = append(got, asSent(t, call))
					}
					for i := range max(len(got), len(c.want)) {
						if i >= len(got) || i >= len(c.want) || !reflect.DeepEqual(got[i], c.want[i]) {
							t.Fatalf("%s %v, call %d:\n got  %v\n want %v", shell, c.args, i+1, got[min(i, len(got)-1)], c.want[min(i, len(c.want)-1)])
						}
					}
				}
			}
		})
	}
}

// nameInStep is a name with an id in the line that reports a step.
var nameInStep = regexp.MustCompile(`'[A-Za-z0-9_./: -]+ \(([a-z0-9_-]+)\)'`)

// TestHostileComments holds the texts that only stand in comments to one line. In what
// a script runs they stand in the reports of its steps alone, and only where they are
// plain words.
func TestHostileComments(t *testing.T) {
	plain := document("x")
	want, err := plain.Shell()
	if err != nil {
		t.Fatal(err)
	}
	executed := func(script string) string {
		var lines []string
		for line := range strings.Lines(script) {
			if strings.HasPrefix(line, "step ") {
				line = nameInStep.ReplaceAllString(line, "$1")
			}
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	for _, text := range slices.Concat(texts, unseen, []string{strings.Repeat("long ", 100000)}) {
		d := document("x")
		d.Head, d.Manual = []string{text}, []string{text}
		for _, items := range [][]change.Item{d.Items, d.Aside} {
			for i := range items {
				items[i].Name, items[i].Why = text, []change.Reason{{Text: text, Details: []string{text}}}
			}
		}
		script, err := d.Shell()
		if err != nil {
			t.Fatal(err)
		}
		if got := executed(script); got != executed(want) {
			t.Errorf("%q changes what is run:\n%s", text, got)
		}
		if strings.ContainsFunc(strings.NewReplacer("\n", "", "\t", "").Replace(script), func(c rune) bool {
			return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c == unicode.ReplacementChar
		}) {
			t.Errorf("%q: the script holds a character that a terminal obeys", text)
		}
		if len(script) > 400000 {
			t.Errorf("%.20q: the script has %d bytes", text, len(script))
		}
		terraform, err := d.Terraform()
		if err != nil {
			t.Fatal(err)
		}
		if blocks := parse(t, terraform); len(blocks) != len(parse(t, must(plain.Terraform()))) {
			t.Errorf("%q changes the blocks of Terraform:\n%s", text, terraform)
		}
	}
}

func must(text string, err error) string {
	if err != nil {
		panic(err)
	}
	return text
}

func parse(t *testing.T, text string) []*hclsyntax.Block {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "plan.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, text)
	}
	return file.Body.(*hclsyntax.Body).Blocks
}

// TestHostileTerraform parses the plan as Terraform does: strings hold what
// they were made of, and no template is in them.
func TestHostileTerraform(t *testing.T) {
	for _, text := range texts {
		blocks := parse(t, must(document(text).Terraform()))
		if len(blocks) != 11 {
			t.Fatalf("%q: %d blocks", text, len(blocks))
		}
		seen := 0
		for _, b := range blocks {
			for name, attribute := range b.Body.Attributes {
				value, diags := attribute.Expr.Value(nil)
				if _, reference := attribute.Expr.(*hclsyntax.ScopeTraversalExpr); reference {
					continue
				}
				if diags.HasErrors() {
					t.Fatalf("%q: %s is no constant: %v", text, name, diags)
				}
				switch {
				case name == "tags":
					for key, tag := range value.AsValueMap() {
						if tag.AsString() != nfc(text) || text != "" && key != nfc(text) {
							t.Errorf("%q: the tag %q is %q", text, key, tag.AsString())
						}
						seen++
					}
				case (name == "description" || name == "name") && text != "":
					if value.AsString() != nfc(text) {
						t.Errorf("%q: %s is %q", text, name, value.AsString())
					}
					seen++
				}
			}
		}
		if seen < 4 {
			t.Errorf("%q: only %d texts were looked at", text, seen)
		}
	}
}

// nfc is the form that Terraform keeps strings in.
func nfc(text string) string { return strings.ReplaceAll(text, "e\u0301", "\u00e9") }

// TestHostileMarkdown looks at the fences: between them stand the commands, those that
// are not part of the plan as comments, and nothing else does.
func TestHostileMarkdown(t *testing.T) {
	for _, text := range slices.Concat(texts, unseen) {
		d := document("x")
		if !slices.Contains(unseen, text) {
			d = document(text)
		}
		d.Head, d.Items[0].Name, d.Items[0].Why[0].Text = []string{text}, text, text
		var want []string
		commands := func(items []change.Item, before string) {
			for _, i := range items {
				want = append(want, before+i.Step.Command())
				if len(i.Undo) > 0 {
					want = append(want, before+change.Chain(i.Undo))
				}
			}
		}
		commands(d.Items, "")
		commands(d.Aside, "# ")
		var got []string
		fence := ""
		for line := range strings.Lines(must(d.Markdown())) {
			line = strings.TrimSuffix(line, "\n")
			switch {
			case fence == "" && strings.HasPrefix(strings.TrimSpace(line), "```"):
				fence = strings.TrimSuffix(line, "sh")
			case line == fence:
				fence = ""
			case fence != "":
				got = append(got, line)
			case strings.Contains(line, "<script>"), strings.Contains(line, "[a](b)"):
				t.Errorf("%q: Markdown obeys %q", text, line)
			}
		}
		if fence != "" || !slices.Equal(got, want) {
			t.Errorf("%q: the code is\n%q\nand the commands are\n%q", text, got, want)
		}
	}
}

// TestWhatNoCommandHolds refuses steps with ids, regions and accounts that have
// another form, and with texts that AWS takes nowhere: there is no command, no
// plan and no Terraform.
func TestWhatNoCommandHolds(t *testing.T) {
	tried := 0
	try := func(what string, damage func(d *change.Document)) {
		t.Helper()
		d := document("x")
		damage(d)
		for name, write := range map[string]func() (string, error){"sh": d.Shell, "markdown": d.Markdown, "terraform": d.Terraform} {
			if text, err := write(); err == nil {
				t.Errorf("%s: written as %s:\n%s", what, name, text)
			}
		}
		tried++
	}
	step := func(i int) func(*change.Document) *change.Step {
		return func(d *change.Document) *change.Step { return &d.Items[i].Step }
	}
	create, set, allow, revoke, remove := step(0), step(1), step(2), step(4), step(7)
	for _, text := range slices.Concat(texts, unseen) {
		if text == "$group" || text == "$group_1" || text == "sg-not-created-yet" { // these have the form of a group
			continue
		}
		for name, field := range map[string]func(d *change.Document) *string{
			"account":        func(d *change.Document) *string { return &allow(d).Account },
			"account of all": func(d *change.Document) *string { return &d.Account },
			"region":         func(d *change.Document) *string { return &revoke(d).Region },
			"group":          func(d *change.Document) *string { return &allow(d).Group },
			"deleted group":  func(d *change.Document) *string { return &remove(d).Group },
			"new group":      func(d *change.Document) *string { return &create(d).Group },
			"VPC": func(d *change.Document) *string {
				if text == "" {
					return &d.Account // a group without a VPC is one of EC2-Classic
				}
				return &create(d).Details.VPC
			},
			"rule id":       func(d *change.Document) *string { return &revoke(d).IDs[0] },
			"interface":     func(d *change.Document) *string { return &set(d).Interface },
			"groups":        func(d *change.Document) *string { return &set(d).Groups[0] },
			"groups before": func(d *change.Document) *string { return &set(d).Before[0] },
			"reference":     func(d *change.Document) *string { return &allow(d).Rules[0].Peer.Group.ID },
			"prefix list": func(d *change.Document) *string {
				if text == "" {
					return &d.Account // without a list the rule has another kind of source
				}
				return &allow(d).Rules[2].Peer.List
			},
			"verb": func(d *change.Document) *string { return (*string)(&allow(d).Verb) },
		} {
			try(fmt.Sprintf("%s %q", name, text), func(d *change.Document) { *field(d) = text })
			if text != "" && text[0] != '-' && text != "EOF" && text != "None" { // sg-1-x and sg-1EOF have the form of an id
				try(fmt.Sprintf("%s with %q", name, text), func(d *change.Document) { *field(d) += text })
			}
		}
	}
	for _, text := range unseen {
		for name, field := range map[string]func(d *change.Document) *string{
			"name":             func(d *change.Document) *string { return &create(d).Details.Name },
			"description":      func(d *change.Document) *string { return &create(d).Details.Description },
			"tag":              func(d *change.Document) *string { return &create(d).Details.Tags[0].Key },
			"tag of a rule":    func(d *change.Document) *string { return &allow(d).Rules[0].Tags[0].Value },
			"rule":             func(d *change.Document) *string { return &allow(d).Rules[0].Description },
			"deleted group":    func(d *change.Document) *string { return &remove(d).Details.Name },
			"rule of the same": func(d *change.Document) *string { return &remove(d).Details.Rules[0].Description },
		} {
			try(fmt.Sprintf("%s %q", name, text), func(d *change.Document) { *field(d) = text })
		}
	}
	if tried < 1500 {
		t.Errorf("only %d damaged plans were tried", tried)
	}
}

// TestTerraformTellsRegions: a resource does not say its region, so that the
// text beside it does.
func TestTerraformTellsRegions(t *testing.T) {
	const account = "111122223333"
	rules := []inventory.Rule{{Direction: inventory.Ingress, Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: inventory.PrefixPeer(netip.MustParsePrefix("10.0.0.0/8"))}}
	d := &change.Document{Account: account}
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		step := change.Step{Verb: change.Authorize, Account: account, Region: region, Group: "sg-" + region[:2], Rules: rules}
		d.Items = append(d.Items, change.Item{Step: step, Name: "web"})
	}
	text, err := d.Terraform()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Resources of eu-west-1, us-east-1 follow: give each of them the provider of its region.\n", "# -- eu-west-1 web (sg-eu)\n# step: web (sg-eu) authorize tcp/22 from 10.0.0.0/8\nresource", "# -- us-east-1 web (sg-us)\n# step: web (sg-us) authorize tcp/22 from 10.0.0.0/8\nresource"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}
