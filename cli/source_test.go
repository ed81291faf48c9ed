package cli

import (
	"strings"
	"testing"
)

// TestEveryVerbTakesItsAccountAlike: whichever flag names the file, the verbs that
// look at an account refuse the same things.
func TestEveryVerbTakesItsAccountAlike(t *testing.T) {
	workplace(t)
	for verb, v := range map[string]struct {
		flag string
		more []string
	}{
		"audit":    {flag: "input"},
		"graph":    {flag: "input"},
		"reach":    {flag: "input", more: []string{"--to", "10.0.0.1"}},
		"simulate": {flag: "input", more: []string{"plan.sh"}},
		"fix":      {flag: "input"},
		"usage":    {flag: "input", more: []string{"--summary", "none.json.zst"}},
	} {
		for _, c := range []struct {
			more []string
			want string
		}{
			{[]string{"--account", "123456789012"}, "--account is the account of saved answers: it needs --" + v.flag},
			{[]string{"--" + v.flag, "now.json", "--demo"}, "--demo and --" + v.flag + " cannot be used together"},
			{[]string{"--" + v.flag, "now.json", "--profile", "x"}, "--" + v.flag + " reads no account, so --profile has no effect"},
			{[]string{"--" + v.flag, "now.json", "--account", "123456789012"}, "--" + v.flag + " reads no account, so --account has no effect"},
			{[]string{"--" + v.flag, "now.json", "--expect-account", "999999999999"}, "not of 999999999999"},
			{[]string{"--" + v.flag, "missing.json"}, "opening the input"},
		} {
			line := append(append([]string{verb}, v.more...), c.more...)
			if code, stdout, stderr := run(line...); code != exitFailed || !strings.Contains(stderr, c.want) || stdout != "" {
				t.Errorf("sgaudit %v: exit code %d, %s%s", line, code, stdout, stderr)
			}
		}
	}
}
