package change_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/change"
)

// FuzzParseScript writes what was read, and reads it again.
func FuzzParseScript(f *testing.F) {
	f.Add(`aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":5432,"ToPort":5432,"UserIdGroupPairs":[{"GroupId":"sg-2","Description":"it'\''s"}]}]'`)
	f.Add("run aws ec2 revoke-security-group-egress --group-id sg-1 --security-group-rule-ids sgr-1 sgr-2")
	f.Add("aws --profile x ec2 delete-security-group --group-id=sg-1")
	f.Add(`group=$(run aws ec2 create-security-group --cli-input-json '{"GroupName":"a","Description":"file://b"}' --query GroupId --output text)
aws ec2 revoke-security-group-ingress --group-id "$group" --ip-permissions '[{"IpProtocol":"-1","UserIdGroupPairs":[{"GroupId":"'"$group"'"}]}]'`)
	f.Add(`group_1=$(aws ec2 create-security-group --cli-input-json '{"GroupName":"a","Description":"b"}' --query GroupId --output text) &&
aws ec2 modify-network-interface-attribute --region us-east-1 --network-interface-id eni-1 --groups sg-1 "$group_1"`)
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := change.ParseScript(text)
		if err != nil {
			return
		}
		written := commands(lines)
		again, err := change.ParseScript(strings.Join(written, "\n"))
		if err != nil {
			t.Fatalf("%q was read, but not what it was written as: %q: %v", text, written, err)
		}
		if second := commands(again); !slices.Equal(written, second) {
			t.Fatalf("%q and %q", written, second)
		}
	})
}

// commands returns the steps of a script as they are written.
func commands(lines []change.Line) (texts []string) {
	for _, l := range lines {
		texts = append(texts, l.Step.Command())
	}
	return texts
}

// FuzzStep reads a step of a report: if it passes Check, its command is read
// back into the same command, and its JSON into the same JSON.
func FuzzStep(f *testing.F) {
	for _, i := range document("it's").Items {
		text, err := json.Marshal(i.Step)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s change.Step
		if json.Unmarshal([]byte(text), &s) != nil || s.Check() != nil {
			if s.Command() != "" {
				t.Fatalf("a command of what does not pass Check: %s", s.Command())
			}
			return
		}
		command := s.Command()
		if command == "" || strings.ContainsAny(command, "\n\r") {
			t.Fatalf("%q", command)
		}
		again, err := change.ParseChain(command)
		if err != nil || len(again) != 1 {
			t.Fatalf("%s is not read: %v", command, err)
		}
		again[0].Account = s.Account
		if got := again[0].Command(); got != command {
			t.Fatalf("written as\n%s\nread as\n%s", command, got)
		}
		first, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back change.Step
		if err := json.Unmarshal(first, &back); err != nil {
			t.Fatal(err)
		}
		if second, err := json.Marshal(back); err != nil || string(first) != string(second) {
			t.Fatalf("%s\n%s %v", first, second, err)
		}
	})
}
