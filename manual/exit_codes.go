package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/cli"
	"github.com/sgaudit/sgaudit/words"
)

// exitCodes is the page about the exit codes, of an audit and of each verb.
func exitCodes() string {
	var page strings.Builder
	page.WriteString("# Exit codes\n\nThe program writes this page. For an audit:\n\n| code | meaning |\n| --- | --- |\n")
	codes, order := cli.ExitCodes()
	for _, c := range codes {
		fmt.Fprintf(&page, "| %d | %s |\n", c.Code, c.Meaning)
	}
	var first []string
	for _, code := range order {
		first = append(first, strconv.Itoa(code))
	}
	fmt.Fprintf(&page, "\nIf several apply, the first of %s is used.\n\n## By verb\n\n| verb | exit codes |\n| --- | --- |\n", strings.Join(first, ", "))
	var others []string
	for _, v := range cli.Verbs() {
		if v.ExitCodes == "" {
			others = append(others, "`"+v.Name+"`")
			continue
		}
		fmt.Fprintf(&page, "| `%s` | %s |\n", v.Name, words.Markdown(v.ExitCodes))
	}
	fmt.Fprintf(&page, "\nThese end with 0, or with 2 if they could not start or finish: %s.\n", strings.Join(others, ", "))
	return page.String()
}
