package findings_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// texts are rules of reports, with what they are read as: the text of a value,
// or nothing where they are not understood.
var texts = map[string]struct {
	text  findings.RuleText
	value string
}{
	"a prefix":                      {findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "0.0.0.0/0"}, "in tcp/22 0.0.0.0/0"},
	"a group, egress":               {findings.RuleText{Direction: "egress", Protocol: "udp", Ports: "20-25", Source: "sg-1"}, "out udp/20-25 sg-1"},
	"a list, all traffic":           {findings.RuleText{Direction: "egress", Protocol: "all", Ports: "all", Source: "pl-1", RuleIDs: []string{"sgr-1", "sgr-2"}}, "out all pl-1"},
	"type and code":                 {findings.RuleText{Direction: "ingress", Protocol: "icmp", Ports: "8/0", Source: "10.0.0.0/8", Description: "a & b <c> \"d\" \\"}, "in icmp/8/0 10.0.0.0/8"},
	"another protocol":              {findings.RuleText{Direction: "ingress", Protocol: "47", Ports: "all", Source: "::/0", Description: "é\u2028\x1b\n"}, "in 47 ::/0"},
	"a prefix as others write it":   {findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "2001:0db8::1/128"}, "in tcp/22 2001:db8::1/128"},
	"a protocol as others write it": {findings.RuleText{Direction: "ingress", Protocol: "6", Ports: "22", Source: "10.0.0.0/8"}, "in tcp/22 10.0.0.0/8"},
	"no direction":                  {findings.RuleText{Direction: "both", Protocol: "tcp", Ports: "22", Source: "10.0.0.0/8"}, ""},
	"no ports":                      {findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "*", Source: "10.0.0.0/8", RuleIDs: []string{"sgr-1"}}, ""},
	"no source":                     {findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "*", Description: "x"}, ""},
	"nothing":                       {findings.RuleText{}, ""},
}

// TestRuleTexts reads the rules of reports: whether or not they are understood,
// they are written as they were, in the same bytes as by an encoder of texts.
func TestRuleTexts(t *testing.T) {
	for name, c := range texts {
		t.Run(name, func(t *testing.T) {
			if c.text.RuleIDs == nil {
				c.text.RuleIDs = []string{}
			}
			for _, html := range []bool{false, true} {
				encode := func(v any) string {
					var out bytes.Buffer
					enc := json.NewEncoder(&out)
					enc.SetEscapeHTML(html)
					if err := enc.Encode(v); err != nil {
						t.Fatal(err)
					}
					return out.String()
				}
				want := encode(c.text)
				var r findings.Rule
				if err := json.Unmarshal([]byte(want), &r); err != nil {
					t.Fatal(err)
				}
				if got := encode(&r); got != want {
					t.Errorf("written as %s, want %s", got, want)
				}
				if diff := cmp.Diff(c.text, r.Texts()); diff != "" {
					t.Error(diff)
				}
				if value := r.Rule.String(); (r.Err() == nil) != (c.value != "") || r.Err() == nil && value != c.value {
					t.Errorf("read as %q, %v; want %q", value, r.Err(), c.value)
				}
				if !slices.Equal(r.IDs, c.text.RuleIDs) || r.Description != c.text.Description {
					t.Errorf("ids %q, description %q", r.IDs, r.Description)
				}
			}
		})
	}
}

// TestRuleOf takes rules of an inventory to a report and back.
func TestRuleOf(t *testing.T) {
	g := &notation.MustParse("sg-1 a\n in tcp/22 0.0.0.0/0 \"office\" id sgr-1\n in icmp/8/0 sg-1\n out all ::/0\n out tcp/all pl-1\n in udp/53 10.0.0.2/32\n in 50 10.0.0.0/8\n").Inventory.Regions[0].Groups[0]
	if len(g.Rules) != 6 {
		t.Fatalf("%d rules", len(g.Rules))
	}
	for i := range g.Rules {
		of := findings.RuleOf(&g.Rules[i], "")
		text, err := json.Marshal(of)
		if err != nil {
			t.Fatal(err)
		}
		var back findings.Rule
		if err := json.Unmarshal(text, &back); err != nil || back.Err() != nil || back.Written != nil {
			t.Fatalf("%s: %v, %v, texts %v", text, err, back.Err(), back.Written)
		}
		if !back.Same(of) || back.String() != g.Rules[i].String() || back.Traffic != of.Traffic {
			t.Errorf("%s came back as %s", of, &back)
		}
		if i > 0 && back.Same(findings.RuleOf(&g.Rules[0], "")) {
			t.Errorf("%s is the same as %s", &back, &g.Rules[0])
		}
	}
}

// TestRuleOfAnotherKind: the error says where in the report the text stands.
func TestRuleOfAnotherKind(t *testing.T) {
	_, err := findings.Read(strings.NewReader("{\"schema_version\":\"1\",\n\"findings\":[{\"id\":\"1\",\n\"rule\":{\"ports\":22}}]}"))
	const want = "line 3, column 19: this is not a report of sgaudit: a value of the kind number cannot stand at findings.rule.ports"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestWords: people read a rule as a sentence, with the name of its source.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		text findings.RuleText
		want string
	}{
		{findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22", Source: "0.0.0.0/0"}, "tcp/22 from 0.0.0.0/0"},
		{findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "5432", Source: "sg-1", SourceName: "api"}, "tcp/5432 from api (sg-1)"},
		{findings.RuleText{Direction: "egress", Protocol: "all", Ports: "all", Source: "::/0"}, "all traffic to ::/0"},
		{findings.RuleText{Direction: "egress", Protocol: "47", Ports: "all", Source: "pl-1", SourceName: "s3"}, "protocol 47 to s3 (pl-1)"},
	} {
		if got := findings.NewRule(c.text).Words(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
