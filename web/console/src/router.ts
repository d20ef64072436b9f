import { createRouter, createWebHashHistory } from 'vue-router'
import { guardBack } from './domain/backKey'
import { useSession } from './stores/session'

export const router = createRouter({
  history: createWebHashHistory('/console/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./views/SignInView.vue'), meta: { open: true, title: '登录' } },
    { path: '/password', name: 'password', component: () => import('./views/PasswordView.vue'), meta: { title: '修改密码' } },
    { path: '/notice-settings', name: 'notice-settings', component: () => import('./views/NoticeSettingsView.vue'), meta: { title: '我的通知设置' } },
    // For the customer at the counter, on whatever device it is opened: nobody is signed in there.
    { path: '/rating', name: 'rating', component: () => import('./views/RatingView.vue'), meta: { open: true, forCustomer: true, title: '请您评价' } },
    { path: '/', redirect: '/cases' },
    { path: '/cases/:caseNo?', name: 'work', component: () => import('./views/WorkView.vue'), meta: { title: '办件' } },
    { path: '/new-case', name: 'new-case', component: () => import('./views/NewCaseView.vue'), meta: { title: '新建工单' } },
    { path: '/calls/:caseNo?', name: 'calls', component: () => import('./views/CallsView.vue'), meta: { title: '来电查询' } },
    { path: '/works', name: 'works', component: () => import('./views/WorksView.vue'), meta: { title: '工程台账' } },
    { path: '/ledger', name: 'ledger', component: () => import('./views/LedgerView.vue'), meta: { title: '客户台账' } },
    { path: '/imports', name: 'imports', component: () => import('./views/AccountImportsView.vue'), meta: { title: '客户导入' } },
    { path: '/differences', name: 'differences', component: () => import('./views/AccountDifferencesView.vue'), meta: { title: '主系统核对' } },
    { path: '/plans', name: 'plans', component: () => import('./views/PlansView.vue'), meta: { title: '抄表计划' } },
    { path: '/plans/new', name: 'new-plan', component: () => import('./views/NewPlanView.vue'), meta: { title: '做抄表计划' } },
    { path: '/plans/:id(\\d+)', name: 'plan', component: () => import('./views/PlanView.vue'), meta: { title: '抄表计划' } },
    { path: '/board', name: 'board', component: () => import('./views/BoardView.vue'), meta: { title: '部门看板' } },
    { path: '/field', name: 'field', component: () => import('./views/FieldDayView.vue'), meta: { title: '今天的上门', field: true } },
    { path: '/field/:caseNo', name: 'visit', component: () => import('./views/FieldVisitView.vue'), meta: { title: '上门', field: true } },
    {
      path: '/knowledge',
      component: () => import('./views/KnowledgeView.vue'),
      children: [
        { path: '', redirect: '/knowledge/search' },
        { path: 'search', name: 'knowledge', component: () => import('./views/KnowledgeSearchView.vue'), meta: { title: '查知识' } },
        { path: 'articles/:id(\\d+)', name: 'article', component: () => import('./views/KnowledgeArticleView.vue'), meta: { title: '知识' } },
        { path: 'rounds', name: 'rounds', component: () => import('./views/KnowledgeRoundsView.vue'), meta: { title: '采集任务' } },
        { path: 'rounds/:caseNo', name: 'round', component: () => import('./views/KnowledgeRoundView.vue'), meta: { title: '采集任务' } },
      ],
    },
    {
      path: '/organisation',
      component: () => import('./views/OrganisationView.vue'),
      children: [
        { path: '', redirect: '/organisation/people' },
        { path: 'people', name: 'people', component: () => import('./views/PeopleView.vue'), meta: { title: '人员' } },
        { path: 'roster', name: 'roster', component: () => import('./views/RosterView.vue'), meta: { title: '值班表' } },
        { path: 'hours', name: 'hours', component: () => import('./views/HoursView.vue'), meta: { title: '上门时段' } },
        { path: 'areas', name: 'areas', component: () => import('./views/AreasView.vue'), meta: { title: '服务区域' } },
      ],
    },
    {
      path: '/operations',
      component: () => import('./views/OperationsView.vue'),
      children: [
        { path: '', redirect: '/operations/jobs' },
        { path: 'jobs', name: 'jobs', component: () => import('./views/FailedJobsView.vue'), meta: { title: '失败任务' } },
        { path: 'sends', name: 'sends', component: () => import('./views/UnknownSendsView.vue'), meta: { title: '待核实的发送' } },
        { path: 'reasons', name: 'reasons', component: () => import('./views/ReasonsView.vue'), meta: { title: '常用原因' } },
        { path: 'forms', name: 'forms', component: () => import('./views/FormsView.vue'), meta: { title: '表单' } },
        { path: 'forms/:key', name: 'form', component: () => import('./views/FormEditView.vue'), meta: { title: '修改表单' } },
        { path: 'templates', name: 'templates', component: () => import('./views/TemplatesView.vue'), meta: { title: '合同范本' } },
        { path: 'templates/:key', name: 'template', component: () => import('./views/TemplateView.vue'), meta: { title: '合同范本' } },
        { path: 'parameters', name: 'parameters', component: () => import('./views/ParametersView.vue'), meta: { title: '业务参数' } },
        { path: 'tariffs', name: 'tariffs', component: () => import('./views/TariffsView.vue'), meta: { title: '气价' } },
        { path: 'calendar', name: 'calendar', component: () => import('./views/CalendarView.vue'), meta: { title: '工作日历' } },
      ],
    },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./views/MissingView.vue'), meta: { title: '没有这一页' } },
  ],
})

/** Only ways inside this console are followed back after sign-in. */
export function readWayBack(back: unknown): string {
  return typeof back === 'string' && back.startsWith('/') && !back.startsWith('//') ? back : '/'
}

guardBack(router)

router.beforeEach(async (to, from) => {
  if (to.meta.forCustomer) return true
  const session = useSession()
  if (!session.me) {
    try {
      await session.recall()
    } catch {
      // Not signed in, or no answer: the sign-in page says what is wrong when it is used.
    }
    if (!session.me && !to.meta.open) return { name: 'sign-in', query: to.path === '/cases' ? {} : { back: to.fullPath } }
  }
  if (session.me && to.name === 'sign-in') return readWayBack(to.query.back)
  if (session.mustChange && to.name !== 'password') {
    return { name: 'password', query: { back: to.fullPath } }
  }
  if (to.name === 'work' && !to.params.caseNo && window.innerWidth < 700) {
    // Who does other work as well finds the visits first, and can still go to the lists from there.
    const lands = !from.name || from.name === 'sign-in'
    if (session.isFieldOnly || (lands && session.isHandler)) return { name: 'field' }
  }
  return true
})

router.afterEach((to) => {
  document.title = String(to.meta.title ?? '') + (to.meta.forCustomer ? '' : ' · 服务大厅工作台')
})
