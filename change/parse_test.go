package change_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/change"
)

const (
	revokes = "aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-1"
	deletes = "aws ec2 delete-security-group --group-id sg-1"
)

// TestParseScript reads scripts that people write, and plans.
func TestParseScript(t *testing.T) {
	for script, want := range map[string]string{
		"":                                   "",
		"#!/bin/sh\nset -eu\n# " + deletes:   "",
		deletes:                              "1 delete-group sg-1",
		deletes + " # the old one":           "1 delete-group sg-1",
		deletes + "\r\n" + deletes + "\r\n":  "1 delete-group sg-1, 2 delete-group sg-1",
		deletes + "; " + revokes:             "1 delete-group sg-1, 1 revoke sg-1",
		"\n" + revokes + " &&\n  " + deletes: "2 revoke sg-1, 3 delete-group sg-1",
		"aws ec2 delete-security-group \\\n  --region us-east-1 \\\n  --group-id=sg-1\n" + revokes: "1 delete-group sg-1, 4 revoke sg-1",
		"aws --profile ops ec2 delete-security-group --group-id 'sg-'\"1\" --output text":          "1 delete-group sg-1",
		"aws ec2 describe-security-groups | jq . > groups.json\n" + deletes:                        "2 delete-group sg-1",
		"echo 'a\nb'\n" + deletes:                                                         "3 delete-group sg-1",
		"if true; then\n  echo done\nfi\n" + deletes:                                      "4 delete-group sg-1",
		"for r in a b; do\n  echo $r\ndone\n" + deletes:                                   "4 delete-group sg-1",
		"[ \"$(aws sts get-caller-identity)\" = 1 ] || {\n  exit 1\n}\n" + deletes:        "4 delete-group sg-1",
		"plan() {\nrun " + deletes + "\n}\nundo() {\nrun " + revokes + "\n}\n\"$what\"\n": "2 delete-group sg-1",
		"group_1=$(aws ec2 create-security-group --group-name a --description b --query GroupId --output text)\naws ec2 delete-security-group --group-id \"$group_1\"": "1 create-group $group_1, 2 delete-group $group_1",
		"aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --groups sg-1 sg-2":                                                                   "1 set-interface-groups ",
		"aws ec2 delete-security-group --cli-input-json '{\"GroupId\":\"sg-1\"}'":                                                                                      "1 delete-group sg-1",
	} {
		lines, err := change.ParseScript(script)
		if err != nil {
			t.Errorf("%s\n%v", script, err)
			continue
		}
		var got []string
		for _, l := range lines {
			got = append(got, fmt.Sprintf("%d %s %s", l.Number, l.Step.Verb, l.Step.Group))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s\n got  %s\n want %s", script, text, want)
		}
	}
}

// TestScriptsThatAreRefused are those in which what runs, or how often, is not
// plain, or an option has a value that is left over.
func TestScriptsThatAreRefused(t *testing.T) {
	for script, want := range map[string]string{
		"if true; then\n" + deletes + "\nfi":                                      `line 2: the change stands inside "if"`,
		"if true; then " + deletes + "; fi":                                       "line 1: \"then aws",
		"for g in sg-1 sg-2; do\n" + deletes + "\ndone":                           `line 2: the change stands inside "for"`,
		"clean() {\n" + deletes + "\n}":                                           `line 2: the change stands inside the function "clean"`,
		"{\n" + deletes + "\n}":                                                   `line 2: the change stands inside "{"`,
		deletes + " || true":                                                      "a pipe",
		deletes + " | cat":                                                        "a pipe",
		deletes + " &":                                                            "a background command",
		deletes + " > log":                                                        "a redirection",
		"echo $(" + deletes + ")":                                                 "only plain calls are understood",
		"x=`" + deletes + "`":                                                     "only plain calls are understood",
		"aws ec2 delete-security-group --group-id $g":                             "a variable or command",
		"aws ec2 delete-security-group --group-id \"$g\"":                         "a variable or command",
		"aws ec2 delete-security-group --group-id \"$group_1\"":                   "no command before it creates $group_1",
		"aws ec2 delete-security-group --group-id sg-*":                           "a pattern",
		"aws ec2 delete-security-group --group-id sg-{1,2}":                       "a brace",
		"AWS_PROFILE=x " + deletes:                                                "only lines that begin with aws",
		"xargs " + deletes:                                                        "only lines that begin with aws",
		"cat <<EOF\n" + deletes + "\nEOF":                                         "here-documents are not understood",
		"echo 'x\n" + deletes:                                                     "a single quote is not closed",
		"echo \"x\n" + deletes:                                                    "a double quote is not closed",
		"group=$(" + deletes + ")":                                                "it prints no id",
		"group=$(aws ec2 create-security-group":                                   "$( is not closed",
		deletes + " sg-2":                                                         "--group-id takes one value",
		deletes + " --output text json":                                           "--output takes 1 values, not 2",
		deletes + " --dry-run now":                                                "--dry-run takes 0 values, not 1",
		deletes + " --force":                                                      "--force is not understood",
		"aws ec2 delete-security-group sg-1 --group-id sg-1":                      "stands where an option is expected",
		"aws ec2 delete-security-group --group-id 'sg-1 sg-2'":                    "is not an id of a security group",
		"aws ec2 delete-security-group --group-id file://x":                       "is not an id of a security group",
		"aws ec2 delete-security-group --group-id ''":                             "--group-id takes one value",
		deletes + " --region 'us-east-1;x'":                                       "is not a name of a region",
		"aws ec2 create-security-group --group-name a":                            "has a name and a description",
		"aws ec2 create-security-group --group-name a --description b --vpc-id x": "is not an id of a VPC",
		"aws ec2 modify-network-interface-attribute --network-interface-id eni-1": "would have no security group",
		"aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --groups sg-1 --source-dest-check":                                                          "--source-dest-check is not understood",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"-1\",\"IpRanges\":[{\"CidrIp\":\"::/0\"}]}]'":                            "does not belong into IpRanges",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"-1\",\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\"}]}] []'":                   "more text follows",
		"aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"-1\",\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\",\"GroupId\":\"sg-2\"}]}]'": "names one address range, group or prefix list",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 1 --cidr 10.0.0.0/8 --source-group sg-2":                                             "both say from where",
		"aws ec2 delete-security-group --cli-input-json '{\"GroupId\":\"sg-1\"}' --group-id sg-1":                                                                            "is there twice",
		"aws ec2 delete-security-group --cli-input-json file://x":                                                                                                            "must be a JSON object",
		"$A delete-security-group --group-id sg-1":                                                               "a variable or command",
		"\"$AWS\" ec2 delete-security-group --group-id sg-1":                                                     "a variable or command",
		"aws $B revoke-security-group-ingress --group-id sg-1":                                                   "a variable or command",
		"${A} authorize-security-group-ingress --group-id sg-1":                                                  "a variable or command",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 70000 --cidr 10.0.0.0/8": "70000 is not a number from 0 to 65535",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol icmp --port 300 --cidr 10.0.0.0/8":  "300 is not a number from 0 to 255",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"udp\",\"FromPort\":22,\"ToPort\":90000,\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\"}]}]'": "90000 is not a number from 0 to 65535",
		"aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{\"IpProtocol\":\"tcp\",\"FromPort\":-1,\"ToPort\":22,\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\"}]}]'":    "ports -1 to 22 are not a range",
		"\x1b[2J" + deletes: "a control character",
	} {
		lines, err := change.ParseScript(script)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got  %v %v\n want %s", script, lines, err, want)
		}
	}
}

// TestFromCommandsRefuses what a report of an earlier version holds beside
// calls that are understood.
func TestFromCommandsRefuses(t *testing.T) {
	const account = "111122223333"
	good := "aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-1"
	back := `aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}]'`
	steps, err := change.FromCommands(account, []string{good}, []string{back})
	if err != nil || len(steps) != 1 || steps[0].Command() != good || change.Chain(change.Undo(steps)[0]) != back {
		t.Fatalf("%v %v", steps, err)
	}
	for _, c := range [][2]string{
		{good + " # more", back},
		{good + "\n" + good, back},
		{good + " && " + good, back},
		{good + "; " + good, back},
		{good + " --profile x", back},
		{good + " --endpoint-url http://127.0.0.1", back},
		{"", back},
		{"aws ec2 run-instances --region us-east-1", ""},
		{"aws s3 ls", ""},
		{good, good},
		{good, back + " && " + good},
		{good, strings.Replace(back, "sg-1", "sg-2", 1)},
		{good, strings.Replace(back, "us-east-1", "us-east-2", 1)},
		{good, strings.Replace(back, "ingress", "egress", 1)},
		{good, "aws ec2 delete-security-group --region us-east-1 --group-id sg-1"},
		{good, back + " # x"},
	} {
		if steps, err := change.FromCommands(account, []string{c[0]}, []string{c[1]}); err == nil {
			t.Errorf("%q with the undo %q is read as %v", c[0], c[1], steps)
		}
	}
}
